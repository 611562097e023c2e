import { ClickModelResource } from "../resources.ts";
import { ClickMargins, RankFeatures, TrimmedAds } from "../slots.ts";

export const predictClicksContract = {
  owner: "ads-ranking",
  purpose: "predicts a click margin for every candidate, from the frozen features alone",
  of: TrimmedAds,
  reads: [RankFeatures],
  writes: [ClickMargins],
  uses: [ClickModelResource],
  scores: { snapshot: RankFeatures, features: "all" },
  budgetMs: 10,
  // Without a prediction there is no worth to auction by.
  onFailure: "failRequest",
} as const;
