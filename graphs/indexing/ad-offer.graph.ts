import { graph } from "@tenon/graph-core";
import { AdFloor, AdGroupOffer, CampaignOffer, deriveOffer, OfferWrites } from "@tenon/nodes";
import { WorkItem } from "@tenon/stream-runtime/api";

export const adOffer = graph({
  name: "ad-offer",
  owner: "ads-auction",
  purpose: "what an ad offers for being shown",
  request: [AdFloor, AdGroupOffer, CampaignOffer, WorkItem],
  nodes: { deriveOffer },
  respond: [OfferWrites],
});
