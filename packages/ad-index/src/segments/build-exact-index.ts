import type { AdDocument, AdId } from "@tenon/ads-model";
import { documentTwice } from "../errors.ts";
import { newCodebooks } from "../forward/forward-table.ts";
import type { AdIndexHost, EmbeddingMatrix } from "../host.ts";
import { ScoreBoard } from "../keywords/row-sums.ts";
import { checkDocument, checkEmbeddings } from "./check-document.ts";
import { ExactIndex } from "./exact-index.ts";
import type { IndexedAd } from "./segment.ts";

export interface ExactIndexOptions {
  /** The vector space of the index, with the vectors that the documents point at. */
  readonly embeddings: EmbeddingMatrix;
  /** Name of the build in every answer; made of the ads' ids and versions when absent. */
  readonly base?: string;
  /** Monotonic clock for time budgets, in milliseconds. */
  readonly nowMs?: () => number;
}

/**
 * Builds the exact index: every search looks at every eligible ad, so its answers are the truth other bindings are measured by.
 * Of several documents of one ad the newest version is kept.
 *
 * Errors: TENON1405 two documents of one ad and version, TENON1406 and TENON1407 bad vector, TENON1408 bad targeting,
 * TENON1409 bad matrix. A full build is strict: it stops at the first bad document, and the served version stays.
 *
 * @example
 * const index = buildExactIndex(documents, { embeddings: { version: "text-32", dimensions: 32, rows } });
 * index.current().matchTargeting({ targeting: { country: [countryCode("DE")] }, atMs }).targeted;
 */
export function buildExactIndex(documents: Iterable<AdDocument>, options: ExactIndexOptions): AdIndexHost {
  const { embeddings, base, nowMs = () => performance.now() } = options;
  checkEmbeddings(embeddings);
  const newest = new Map<AdId, IndexedAd>();
  for (const document of documents) {
    const known = newest.get(document.adId)?.document.version;
    if (known === document.version) throw documentTwice(document.adId, document.version);
    if (known === undefined || known < document.version)
      newest.set(document.adId, checkDocument({ document }, embeddings));
  }
  return new ExactIndex([...newest.values()], base, {
    embeddings,
    codebooks: newCodebooks(),
    tools: { board: new ScoreBoard(), nowMs },
  });
}
