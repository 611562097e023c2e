import { AdIndexResource } from "../resources.ts";
import { EligibilityOutcome, IndexVersion, MergedCandidates, RetrievedAds } from "../slots.ts";

export const attachForwardColumnsContract = {
  owner: "ads-retrieval",
  purpose: "puts bid, budget, caps and the other columns of the index beside every candidate",
  of: MergedCandidates,
  reads: [EligibilityOutcome],
  writes: [RetrievedAds, IndexVersion],
  uses: [AdIndexResource],
  budgetMs: 3,
  // There is nothing to filter, rank or price by without them.
  onFailure: "failRequest",
} as const;
