import { WorkItem } from "@tenon/stream-runtime/api";
import {
  AdGroupStanding,
  AdStanding,
  AdvertiserStanding,
  CampaignStanding,
  CreativeStanding,
  DeliveryWrites,
} from "../delivery-rows.ts";

export const deriveDeliveryContract = {
  owner: "ads-delivery",
  purpose: "joins an ad with everything above it: may it serve, when, and how often to one user",
  reads: [AdStanding, AdGroupStanding, CampaignStanding, AdvertiserStanding, CreativeStanding, WorkItem],
  writes: [DeliveryWrites],
} as const;
