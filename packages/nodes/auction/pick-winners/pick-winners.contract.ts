import { NormalRequest } from "../../feature-expansion/slots.ts";
import { TrimmedAds } from "../../ranking/slots.ts";
import { AuctionPolicyResource } from "../resources.ts";
import { AuctionScore, AuctionWinners, DistinctAdvertisers } from "../slots.ts";

export const pickWinnersContract = {
  owner: "ads-auction",
  purpose: "keeps as many of the best as there are slots, and some in reserve for blending",
  of: DistinctAdvertisers,
  kept: AuctionWinners,
  reads: [TrimmedAds, AuctionScore, NormalRequest],
  uses: [AuctionPolicyResource],
  budgetMs: 1,
} as const;
