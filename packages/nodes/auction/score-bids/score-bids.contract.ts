import { Arms } from "@tenon/ads-model";
import { NormalRequest } from "../../feature-expansion/slots.ts";
import { ClickProbability, TrimmedAds } from "../../ranking/slots.ts";
import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { AuctionPolicyResource } from "../resources.ts";
import { AuctionScore } from "../slots.ts";

export const scoreBidsContract = {
  owner: "ads-auction",
  purpose: "says what a thousand impressions of each candidate are worth",
  of: TrimmedAds,
  reads: [ClickProbability, NormalRequest, Arms],
  writes: [AuctionScore],
  uses: [AuctionPolicyResource],
  columns: [readsOfAds("bidPays", "bidMicros", "cpmMicros", "qualityScore")],
  budgetMs: 1,
} as const;
