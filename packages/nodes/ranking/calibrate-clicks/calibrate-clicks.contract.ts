import { NormalRequest } from "../../feature-expansion/slots.ts";
import { CalibratorsResource } from "../resources.ts";
import { ClickMargins, ClickProbability, TrimmedAds } from "../slots.ts";

export const calibrateClicksContract = {
  owner: "ads-ranking",
  purpose: "turns margins into probabilities that hold on this surface",
  of: TrimmedAds,
  reads: [ClickMargins, NormalRequest],
  writes: [ClickProbability],
  uses: [CalibratorsResource],
  budgetMs: 1,
  // An uncalibrated probability would be multiplied into bids.
  onFailure: "failRequest",
} as const;
