import { AdRequest } from "@tenon/ads-model";
import { PseudonymsResource } from "../resources.ts";
import { ConsentedUser, MeasuredUser, PersonalisationAllowed } from "../slots.ts";

export const applyConsentContract = {
  owner: "ads-privacy",
  purpose: "lets the user's identity go on as far as consent goes",
  reads: [AdRequest],
  writes: [ConsentedUser, PersonalisationAllowed, MeasuredUser],
  uses: [PseudonymsResource],
  budgetMs: 1,
  declassifies: {
    labels: ["pii"],
    reason: "whether there is consent says nothing about who gave it; both identities keep labels of their own",
  },
} as const;
