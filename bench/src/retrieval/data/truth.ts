/** What the right answers are: every allowed ad scored in doubles by plain code that shares nothing with any contender. */
import { type Filter, holds } from "./filters.ts";
import type { VectorSet } from "./vector-set.ts";

/** Answers wanted of a query, everywhere. */
export const K = 10;

export interface Truth {
  /** Ads that pass the filter. */
  readonly matches: number;
  /** Score of the worst of the best `min(K, matches)`; -Infinity when nothing matches. */
  readonly leastScore: number;
}

/** The inner product in doubles. Dimensions are even. */
export function scoreOf(set: VectorSet, id: number, query: Float32Array): number {
  const { vectors, dimensions } = set;
  const from = id * dimensions;
  let [even, odd] = [0, 0];
  for (let axis = 0; axis < dimensions; axis += 2) {
    even += (vectors[from + axis] as number) * (query[axis] as number);
    odd += (vectors[from + axis + 1] as number) * (query[axis + 1] as number);
  }
  return even + odd;
}

export function truthOf(set: VectorSet, query: Float32Array, [one, other]: Filter): Truth {
  const best = new Float64Array(K).fill(Number.NEGATIVE_INFINITY);
  let matches = 0;
  for (let id = 0; id < set.count; id++) {
    if (!(holds(one, set, id) && holds(other, set, id))) continue;
    matches++;
    const score = scoreOf(set, id, query);
    if (score > (best[K - 1] as number)) insert(best, score);
  }
  return { matches, leastScore: matches === 0 ? Number.NEGATIVE_INFINITY : (best[Math.min(K, matches) - 1] as number) };
}

/** Best first; the worst falls out. */
function insert(best: Float64Array, score: number): void {
  let place = K - 1;
  while (place > 0 && (best[place - 1] as number) < score) {
    best[place] = best[place - 1] as number;
    place--;
  }
  best[place] = score;
}
