import { FREQUENCY_CAP_COLUMN_NAMES, readsOfAds } from "../../retrieval/ad-columns.ts";
import { FrequencyPolicyResource } from "../resources.ts";
import { AdCounts, AllowedAds, CappedAds } from "../slots.ts";

export const capByFrequencyContract = {
  owner: "ads-delivery",
  purpose: "drops ads that this user has seen as often as a cap allows",
  of: AllowedAds,
  kept: CappedAds,
  reads: [AdCounts],
  uses: [FrequencyPolicyResource],
  processesFor: "delivery",
  columns: [readsOfAds(...FREQUENCY_CAP_COLUMN_NAMES)],
  budgetMs: 1,
  declassifies: {
    labels: ["pii", "delivery", "personalisation"],
    reason: "which ads remain; the counts stay behind",
  },
} as const;
