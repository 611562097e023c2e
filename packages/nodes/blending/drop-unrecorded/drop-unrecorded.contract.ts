import { AuctionWinners } from "../../auction/slots.ts";
import { AdRecords, ServableWinners } from "../slots.ts";

export const dropUnrecordedContract = {
  owner: "ads-serving",
  purpose: "drops winners of which there is nothing to show; a reserve takes their place",
  of: AuctionWinners,
  kept: ServableWinners,
  reads: [AdRecords],
  budgetMs: 1,
} as const;
