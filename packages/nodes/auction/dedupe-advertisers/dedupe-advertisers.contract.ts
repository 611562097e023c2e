import { NormalRequest } from "../../feature-expansion/slots.ts";
import { TrimmedAds } from "../../ranking/slots.ts";
import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { AuctionPolicyResource } from "../resources.ts";
import { AuctionScore, DistinctAdvertisers, EligibleBids } from "../slots.ts";

export const dedupeAdvertisersContract = {
  owner: "ads-auction",
  purpose: "keeps the best ad of each advertiser, and no more than a few ads of one category",
  of: EligibleBids,
  kept: DistinctAdvertisers,
  reads: [TrimmedAds, AuctionScore, NormalRequest],
  uses: [AuctionPolicyResource],
  columns: [readsOfAds("advertiserId", "category")],
  budgetMs: 1,
} as const;
