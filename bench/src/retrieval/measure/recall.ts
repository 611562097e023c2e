/** How much of the right answer was found. */
import { holds } from "../data/filters.ts";
import { K, scoreOf } from "../data/truth.ts";
import type { VectorSet } from "../data/vector-set.ts";
import type { Ask } from "../data/workload.ts";

/** Float32 sums of unit vectors differ from double ones by less than this; ads of equal score count as equally right. */
const SCORE_TOLERANCE = 1e-6;

export interface Recall {
  readonly mean: number;
  /** The query that fared worst. */
  readonly worst: number;
  /** Lowest but 1 % of the queries. */
  readonly p1: number;
}

/**
 * Share of the best K that `found` holds. A repeated id, or one that the filter does not allow, is an error of the contender,
 * not a miss: it throws.
 */
export function recallOf(set: VectorSet, { query, filter, truth }: Ask, found: ArrayLike<number>): number {
  const wanted = Math.min(K, truth.matches);
  if (wanted === 0) return 1;
  let right = 0;
  for (let at = 0; at < Math.min(found.length, K); at++) {
    const id = found[at] as number;
    for (let before = 0; before < at; before++) if (found[before] === id) throw new Error(`ad ${id} was found twice`);
    if (!(holds(filter[0], set, id) && holds(filter[1], set, id)))
      throw new Error(`ad ${id} was found, but its filter does not allow it: ${JSON.stringify(filter)}`);
    if (scoreOf(set, id, query) >= truth.leastScore - SCORE_TOLERANCE) right++;
  }
  return Math.min(right, wanted) / wanted;
}

export function recallStatistics(recalls: readonly number[]): Recall {
  const ascending = recalls.toSorted((left, right) => left - right);
  return {
    mean: recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length,
    worst: ascending[0] as number,
    p1: ascending[Math.floor(recalls.length / 100)] as number,
  };
}
