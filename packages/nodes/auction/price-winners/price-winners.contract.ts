import { Arms } from "@tenon/ads-model";
import { NormalRequest } from "../../feature-expansion/slots.ts";
import { ClickProbability, TrimmedAds } from "../../ranking/slots.ts";
import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { AuctionPolicyResource } from "../resources.ts";
import { AuctionScore, AuctionWinners, ChargedPrice, DistinctAdvertisers } from "../slots.ts";

export const priceWinnersContract = {
  owner: "ads-auction",
  purpose: "sets what each winner pays when its charging event happens",
  of: AuctionWinners,
  reads: [DistinctAdvertisers, TrimmedAds, AuctionScore, ClickProbability, NormalRequest, Arms],
  writes: [ChargedPrice],
  uses: [AuctionPolicyResource],
  columns: [readsOfAds("bidPays", "bidMicros", "cpmMicros", "floorMicros")],
  budgetMs: 1,
} as const;
