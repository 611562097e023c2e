import { graph } from "@tenon/graph-core";
import {
  AdGroupInCampaign,
  AdLinks,
  CampaignCategory,
  CreativeInterests,
  deriveInterests,
  InterestsWrites,
} from "@tenon/nodes";
import { WorkItem } from "@tenon/stream-runtime/api";

export const adInterests = graph({
  name: "ad-interests",
  owner: "ads-privacy",
  purpose: "what an ad appeals to",
  request: [AdLinks, AdGroupInCampaign, CampaignCategory, CreativeInterests, WorkItem],
  nodes: { deriveInterests },
  respond: [InterestsWrites],
});
