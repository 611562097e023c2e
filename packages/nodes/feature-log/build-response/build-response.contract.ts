import { AdResponse } from "@tenon/ads-model";
import { AuctionScore, AuctionWinners, ChargedPrice } from "../../auction/slots.ts";
import { AdUtility, Placements } from "../../blending/slots.ts";
import { NormalRequest } from "../../feature-expansion/slots.ts";
import { ClickProbability, TrimmedAds } from "../../ranking/slots.ts";
import { AdRecords, ShownAds } from "../slots.ts";

export const buildResponseContract = {
  owner: "ads-serving",
  purpose: "puts the blended feed into words, each ad with the reason why it is there",
  reads: [
    ShownAds,
    AdRecords,
    Placements,
    AuctionWinners,
    TrimmedAds,
    ClickProbability,
    AuctionScore,
    ChargedPrice,
    AdUtility,
    NormalRequest,
  ],
  writes: [AdResponse],
  budgetMs: 2,
} as const;
