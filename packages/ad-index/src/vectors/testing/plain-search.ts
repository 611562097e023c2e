/** What a search must find, computed plainly: the oracle of the tests. */
import type { Metric } from "../segment/segment-shape.ts";

export interface PlainAd {
  readonly id: number;
  /** Absent: an ad without a vector. */
  readonly vector: readonly number[] | undefined;
}

export interface PlainHit {
  readonly id: number;
  readonly score: number;
}

/** Ads of `allowed` with a vector, by score descending, then id ascending. Scores by rule V1, written out a second time. */
export function plainSearch(
  ads: readonly PlainAd[],
  query: readonly number[],
  metric: Metric,
  allowed: (id: number) => boolean,
): readonly PlainHit[] {
  const wanted = metric === "cosine" ? unit(query) : query;
  return ads
    .flatMap(({ id, vector }) =>
      vector === undefined || !allowed(id) ? [] : [{ id, score: plainScore(vector, wanted, metric) }],
    )
    .toSorted((left, right) => right.score - left.score || left.id - right.id);
}

function plainScore(vector: readonly number[], wanted: readonly number[], metric: Metric): number {
  const row = (metric === "cosine" ? unit(vector) : vector).map(Math.fround);
  const terms = row.map((component, axis) => {
    const other = wanted[axis] as number;
    return metric === "l2" ? -((component - other) ** 2) : component * other;
  });
  const lane = (wantedLane: number) =>
    terms.filter((_, axis) => axis % 4 === wantedLane).reduce((sum, term) => sum + term, 0);
  return Math.fround(lane(0) + lane(1) + (lane(2) + lane(3)));
}

function unit(vector: readonly number[]): readonly number[] {
  const length = Math.sqrt(vector.reduce((sum, component) => sum + component ** 2, 0));
  return vector.map((component) => component / length);
}
