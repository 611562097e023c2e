import type { AdDocument } from "@tenon/ads-model";
import type { BaseStatistics } from "../base/manifest.ts";

/** Columns below the first level that can be empty while their parent is not. */
type Column = readonly [name: string, read: (document: AdDocument) => unknown];

const NESTED: readonly Column[] = [
  ["schedule.endAtMs", ({ schedule }) => schedule.endAtMs],
  ["targeting.conjunctions", ({ targeting }) => targeting.conjunctions],
  ["bid.micros", ({ bid }) => (bid.pays === "perClick" ? bid.bidMicros : bid.cpmMicros) || null],
  ["budget.lifetime", ({ budget }) => budget.lifetime.capMicros || null],
  ["budget.daily", ({ budget }) => budget.daily],
];

/**
 * Counts over the documents of a build.
 *
 * @param hasVector whether a vector search of the build's embedding finds the ad
 */
export function statisticsOf(
  documents: Iterable<AdDocument>,
  hasVector: (document: AdDocument) => boolean,
): BaseStatistics {
  const nulls: Record<string, number> = Object.fromEntries(NESTED.map(([name]) => [name, 0]));
  let documentCount = 0;
  let withoutVector = 0;
  for (const document of documents) {
    documentCount++;
    if (!hasVector(document)) withoutVector++;
    for (const name in document) {
      const isEmpty = isNull(document[name as keyof AdDocument]);
      if (isEmpty || nulls[name] === undefined) nulls[name] = (nulls[name] ?? 0) + Number(isEmpty);
    }
    for (const [name, read] of NESTED) if (isNull(read(document))) nulls[name] = (nulls[name] ?? 0) + 1;
  }
  return { documentCount, withoutVector, nulls };
}

/** Nothing, an empty text, or an empty list. Zero is a value. */
function isNull(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}
