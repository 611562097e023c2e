/** The generated marketplace as it is indexed: documents with words, targets and caps, and new versions of them. */

import type { DocumentUpsert, EmbeddingMatrix } from "@tenon/ad-index";
import type { AdDocument } from "@tenon/ads-model";
import { EMBEDDING_DIMENSIONS, generateMarketplace, loadCatalogue } from "@tenon/marketplace";
import { SEED } from "./workload.ts";

/** Spreads changed ads over all campaigns; prime, so that no ad comes twice. */
const STEP = 7_919;

export interface WholeDocuments {
  readonly documents: readonly AdDocument[];
  readonly embeddings: EmbeddingMatrix;
  /** New versions with vectors of their own, as objects of their own: as they come out of a change feed. Each ad once. */
  readonly changesOf: (count: number) => readonly DocumentUpsert[];
}

export async function wholeDocuments(): Promise<WholeDocuments> {
  const { documents, embeddings: rows } = generateMarketplace(await loadCatalogue(), { seed: SEED });
  const version = documents[0]?.embedding.version ?? "";
  const changesOf = (count: number) =>
    Array.from({ length: count }, (_, place) => {
      const document = documents[(place * STEP) % documents.length] as AdDocument;
      const at = document.embedding.row * EMBEDDING_DIMENSIONS;
      return {
        document: { ...structuredClone(document), version: document.version + 1 },
        vector: rows.slice(at, at + EMBEDDING_DIMENSIONS),
      };
    });
  return { documents, embeddings: { version, dimensions: EMBEDDING_DIMENSIONS, rows }, changesOf };
}
