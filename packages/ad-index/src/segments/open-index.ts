import type { AdDocument } from "@tenon/ads-model";
import type { AdIndexHost, IndexBase } from "../host.ts";
import { ScoreBoard } from "../keywords/row-sums.ts";
import { type BaseOptions, buildBase } from "./base.ts";
import { SegmentIndex } from "./segment-index.ts";

export interface IndexOptions {
  /** Monotonic clock for time budgets, in milliseconds. */
  readonly nowMs?: () => number;
}

/** Serves from a base, and takes changes. Throws TENON1448 for a base of another kind of index. */
export function openIndex(base: IndexBase, { nowMs = () => performance.now() }: IndexOptions = {}): AdIndexHost {
  return new SegmentIndex(base, { board: new ScoreBoard(), nowMs });
}

/**
 * Builds an index in memory: every search looks at every eligible ad, so its answers are the truth other bindings are measured by.
 * Errors as of `buildBase`.
 *
 * @example
 * const index = buildExactIndex(documents, { embeddings: { version: "text-32", dimensions: 32, rows } });
 * index.current().matchTargeting({ targeting: { country: [countryCode("DE")] }, atMs }).targeted;
 */
export function buildExactIndex(documents: Iterable<AdDocument>, options: BaseOptions & IndexOptions): AdIndexHost {
  return openIndex(buildBase(documents, options), options);
}
