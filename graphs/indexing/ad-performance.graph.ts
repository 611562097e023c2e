import { graph } from "@tenon/graph-core";
import {
  AdGroupInCampaign,
  AdPerformance,
  BrandSignals,
  CampaignOfAdvertiser,
  derivePerformance,
  PerformanceWrites,
} from "@tenon/nodes";
import { WorkItem } from "@tenon/stream-runtime/api";

export const adPerformance = graph({
  name: "ad-performance",
  owner: "ads-measurement",
  purpose: "how an ad has done",
  request: [AdPerformance, AdGroupInCampaign, CampaignOfAdvertiser, BrandSignals, WorkItem],
  nodes: { derivePerformance },
  respond: [PerformanceWrites],
});
