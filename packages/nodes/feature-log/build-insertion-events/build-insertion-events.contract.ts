import { AuctionWinners, ChargedPrice } from "../../auction/slots.ts";
import { Placements } from "../../blending/slots.ts";
import { NormalRequest } from "../../feature-expansion/slots.ts";
import { ClickProbability, TrimmedAds } from "../../ranking/slots.ts";
import { InsertionEvents, ShownAds } from "../slots.ts";

export const buildInsertionEventsContract = {
  owner: "ads-measurement",
  purpose: "says of each shown ad that it was put into the response, where and at which price",
  reads: [ShownAds, AuctionWinners, ChargedPrice, Placements, TrimmedAds, ClickProbability, NormalRequest],
  writes: [InsertionEvents],
  budgetMs: 1,
} as const;
