import { AdRequest } from "@tenon/ads-model";
import { RequestPolicyResource } from "../resources.ts";
import { IsSearch, NormalRequest, OrganicFeed, SearchWords } from "../slots.ts";

export const normaliseRequestContract = {
  owner: "ads-serving",
  purpose: "brings the request into one form and leaves behind what is personal",
  reads: [AdRequest],
  writes: [NormalRequest, IsSearch, SearchWords, OrganicFeed],
  uses: [RequestPolicyResource],
  budgetMs: 1,
  declassifies: {
    labels: ["pii"],
    reason: "user id, city and time zone stay behind; the words of the query keep a label of their own",
  },
} as const;
