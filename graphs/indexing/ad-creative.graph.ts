import { graph } from "@tenon/graph-core";
import { AdGroupInCampaign, AdLinks, CampaignBrand, CreativeText, CreativeWrites, deriveCreative } from "@tenon/nodes";
import { WorkItem } from "@tenon/stream-runtime/api";

export const adCreative = graph({
  name: "ad-creative",
  owner: "ads-blending",
  purpose: "what is shown of an ad",
  request: [AdLinks, AdGroupInCampaign, CampaignBrand, CreativeText, WorkItem],
  nodes: { deriveCreative },
  respond: [CreativeWrites],
});
