import { resource } from "@tenon/graph-core";

export { AdIndexResource } from "@tenon/ad-index/api";

/** How many ads each source may bring. Quality scales the first number down to the second under load. */
export interface RetrievalPolicy {
  readonly vectorAdsMax: number;
  readonly vectorAdsMin: number;
  readonly keywordAdsMax: number;
  readonly keywordAdsMin: number;
  /** May be 0: no exploration. */
  readonly explorationAdsMax: number;
  /** Longest time of one search, in milliseconds. */
  readonly searchBudgetMs: number;
  /** Share of vector searches that are also made exactly, so that evidence shows the recall that requests get: 0 to 1. */
  readonly shadowShare: number;
}

export const RetrievalPolicyResource = resource<RetrievalPolicy>()("retrievalPolicy", {
  owner: "ads-retrieval",
  purpose: "how many ads each source may bring",
});
