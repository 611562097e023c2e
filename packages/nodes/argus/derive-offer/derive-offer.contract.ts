import { WorkItem } from "@tenon/stream-runtime/api";
import { AdFloor, AdGroupOffer, CampaignOffer, OfferWrites } from "../offer-rows.ts";

export const deriveOfferContract = {
  owner: "ads-auction",
  purpose: "what an ad offers: its bid, floor and budget, and the most that they allow",
  reads: [AdFloor, AdGroupOffer, CampaignOffer, WorkItem],
  writes: [OfferWrites],
} as const;
