import { readsOfRecords } from "@tenon/ad-index/api";
import { AuctionWinners } from "../../auction/slots.ts";
import { AdIndexResource } from "../../retrieval/resources.ts";
import { AdRecords } from "../slots.ts";

export const loadAdRecordsContract = {
  owner: "ads-serving",
  purpose: "reads what would be shown of the winners, while their prices are set",
  reads: [AuctionWinners],
  writes: [AdRecords],
  uses: [AdIndexResource],
  async: true,
  columns: [readsOfRecords("adId", "brand", "title", "body", "landingUrl")],
  budgetMs: 8,
  // The organic feed is an answer too. The ads are dropped with a reason, not shown without a text.
  onFailure: { fallback: { adRecords: { loaded: false, found: [] } } },
} as const;
