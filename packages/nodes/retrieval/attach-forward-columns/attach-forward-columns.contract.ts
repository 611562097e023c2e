import { readsOfIndex } from "@tenon/ad-index/api";
import { WRITES_OF_ADS } from "../ad-columns.ts";
import { AdIndexResource } from "../resources.ts";
import { EligibilityOutcome, IndexVersion, MergedCandidates, RetrievedAds } from "../slots.ts";

export const attachForwardColumnsContract = {
  owner: "ads-retrieval",
  purpose: "puts bid, budget, caps and the other columns of the index beside every candidate",
  of: MergedCandidates,
  reads: [EligibilityOutcome],
  writes: [RetrievedAds, IndexVersion],
  uses: [AdIndexResource],
  columns: [readsOfIndex("forwardColumns"), WRITES_OF_ADS],
  budgetMs: 3,
  // There is nothing to filter, rank or price by without them.
  onFailure: "failRequest",
} as const;
