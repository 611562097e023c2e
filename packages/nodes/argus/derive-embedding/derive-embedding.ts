import { node } from "@tenon/graph-core";
import { newestSourceAtMs } from "../shared/source-time.ts";
import { deriveEmbeddingContract } from "./derive-embedding.contract.ts";

export const deriveEmbedding = node({
  ...deriveEmbeddingContract,
  run: ({ adWithCreative, creativeVector, workItem: { version } }) => {
    if (adWithCreative === null || adWithCreative.columns.creativeId === null) return { embeddingWrites: {} };
    const { key } = adWithCreative;
    const embeddingSourceAtMs = newestSourceAtMs([creativeVector]);
    const { embeddingSpace = null, vector = null } = creativeVector?.columns ?? {};
    if (creativeVector === null || embeddingSpace === null || vector === null) {
      // The old vector may stay: without a space nobody reads it.
      const columns = { embeddingSpace: null, embeddingRow: null, embeddingSourceAtMs };
      return { embeddingWrites: { ad_document: { groups: { embedding: [{ key, version, columns }] } } } };
    }
    const embeddingRow = Number(creativeVector.versions["vector"]);
    const embedding = [{ key, version, columns: { embeddingSpace, embeddingRow, embeddingSourceAtMs } }];
    const copy = [{ key, version, columns: { vector } }];
    return { embeddingWrites: { ad_document: { groups: { embedding, vector: copy } } } };
  },
});
