import { AuctionWinners, ChargedPrice } from "../../auction/slots.ts";
import { PlacedAds, Placements, ServableWinners } from "../../blending/slots.ts";
import { NormalRequest } from "../../feature-expansion/slots.ts";
import { ClickProbability, TrimmedAds } from "../../ranking/slots.ts";
import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { InsertionEvents } from "../slots.ts";

export const buildInsertionEventsContract = {
  owner: "ads-measurement",
  purpose: "says of each shown ad that it was put into the response, where and at which price",
  reads: [
    PlacedAds,
    Placements,
    ServableWinners,
    AuctionWinners,
    ChargedPrice,
    TrimmedAds,
    ClickProbability,
    NormalRequest,
  ],
  writes: [InsertionEvents],
  columns: [readsOfAds("bidPays", "adGroupId", "campaignId", "advertiserId", "creativeId")],
  budgetMs: 1,
} as const;
