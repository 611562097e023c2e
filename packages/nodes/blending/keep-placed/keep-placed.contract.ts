import { PlacedAds, Placements, ServableWinners } from "../slots.ts";

export const keepPlacedContract = {
  owner: "ads-blending",
  purpose: "drops the winners that have no place in the feed, each with the rule that left none",
  of: ServableWinners,
  kept: PlacedAds,
  reads: [Placements],
  budgetMs: 1,
} as const;
