import { graph } from "@tenon/graph-core";
import {
  AdGroupStanding,
  AdStanding,
  AdvertiserStanding,
  CampaignStanding,
  CreativeStanding,
  DeliveryWrites,
  deriveDelivery,
} from "@tenon/nodes";
import { WorkItem } from "@tenon/stream-runtime/api";

export const adDelivery = graph({
  name: "ad-delivery",
  owner: "ads-delivery",
  purpose: "whether, when and how often an ad may serve",
  request: [AdStanding, AdGroupStanding, CampaignStanding, AdvertiserStanding, CreativeStanding, WorkItem],
  nodes: { deriveDelivery },
  respond: [DeliveryWrites],
});
