import { graph } from "@tenon/graph-core";
import { AdGroupTarget, AdInGroup, deriveTargeting, TargetingWrites } from "@tenon/nodes";
import { WorkItem } from "@tenon/stream-runtime/api";

export const adTargeting = graph({
  name: "ad-targeting",
  owner: "ads-retrieval",
  purpose: "whom an ad is for",
  request: [AdInGroup, AdGroupTarget, WorkItem],
  nodes: { deriveTargeting },
  respond: [TargetingWrites],
});
