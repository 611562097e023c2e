/** Run when the vector of a creative changes, or an ad takes another creative. */
import {
  AdDocumentRow,
  AdWithCreative,
  AdWithCreativeRead,
  CreativeVector,
  CreativeVectorRead,
  EmbeddingWrites,
} from "@tenon/nodes";
import { handler, ownRow, parentRow } from "@tenon/stream-runtime";
import { adEmbedding } from "./ad-embedding.graph.ts";

export const adEmbeddingHandler = handler({
  name: "ad-embedding",
  owner: "ads-retrieval",
  purpose: "keeps the vector of an ad up to date",
  inputs: [
    ownRow(AdWithCreative, AdWithCreativeRead),
    parentRow(CreativeVector, CreativeVectorRead, { of: AdWithCreativeRead, column: "creativeId" }),
  ],
  graph: adEmbedding,
  writes: EmbeddingWrites,
  produces: [{ entity: AdDocumentRow, groups: ["embedding", "vector"] }],
});
