import { AdResponse } from "@tenon/ads-model";
import { AuctionScore, AuctionWinners, ChargedPrice } from "../../auction/slots.ts";
import { AdRecords, AdUtility, PlacedAds, Placements, ServableWinners } from "../../blending/slots.ts";
import { NormalRequest } from "../../feature-expansion/slots.ts";
import { ClickProbability, TrimmedAds } from "../../ranking/slots.ts";
import { readsOfAds } from "../../retrieval/ad-columns.ts";

export const buildResponseContract = {
  owner: "ads-serving",
  purpose: "puts the blended feed into words, each ad with the reason why it is there",
  reads: [
    PlacedAds,
    AdRecords,
    Placements,
    ServableWinners,
    AuctionWinners,
    TrimmedAds,
    ClickProbability,
    AuctionScore,
    ChargedPrice,
    AdUtility,
    NormalRequest,
  ],
  writes: [AdResponse],
  columns: [readsOfAds("qualityScore", "bidPays", "advertiserId", "campaignId", "creativeId", "sources")],
  budgetMs: 2,
} as const;
