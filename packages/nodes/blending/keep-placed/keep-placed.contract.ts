import { AuctionWinners } from "../../auction/slots.ts";
import { PlacedAds, Placements } from "../slots.ts";

export const keepPlacedContract = {
  owner: "ads-blending",
  purpose: "drops the winners that have no place in the feed, each with the rule that left none",
  of: AuctionWinners,
  kept: PlacedAds,
  reads: [Placements],
  budgetMs: 1,
} as const;
