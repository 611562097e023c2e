import { graph } from "@tenon/graph-core";
import { AdKeywords, CreativeAnnotations, deriveRelevance, RelevanceWrites } from "@tenon/nodes";
import { WorkItem } from "@tenon/stream-runtime/api";

export const adRelevance = graph({
  name: "ad-relevance",
  owner: "ads-ranking",
  purpose: "words that find an ad",
  request: [AdKeywords, CreativeAnnotations, WorkItem],
  nodes: { deriveRelevance },
  respond: [RelevanceWrites],
});
