import { graph } from "@tenon/graph-core";
import { AdWithCreative, CreativeVector, deriveEmbedding, EmbeddingWrites } from "@tenon/nodes";
import { WorkItem } from "@tenon/stream-runtime/api";

export const adEmbedding = graph({
  name: "ad-embedding",
  owner: "ads-retrieval",
  purpose: "the vector of an ad",
  request: [AdWithCreative, CreativeVector, WorkItem],
  nodes: { deriveEmbedding },
  respond: [EmbeddingWrites],
});
