/** Every allowed ad scored in plain TypeScript: what one would write first, and a check that needs no native code. */
import { K } from "../data/truth.ts";
import type { VectorSet } from "../data/vector-set.ts";
import { type Bitmaps, bitmapsOf } from "./bits.ts";
import type { Built } from "./contender.ts";

export const PLAIN_SCAN = "plain scan";

export function plainScan(set: VectorSet): Promise<Built> {
  return Promise.resolve({
    contender: {
      name: PLAIN_SCAN,
      prepare: (filter) => bitmapsOf(filter, set),
      queryOf: (query) => query,
      settings: () => [0],
      search: (query, prepared) => scan(set, query as Float32Array, prepared as Bitmaps),
    },
    buildCpuMs: 0,
  });
}

function scan(set: VectorSet, query: Float32Array, bitmaps: Bitmaps): Int32Array {
  const scores = new Float64Array(K).fill(Number.NEGATIVE_INFINITY);
  const ids = new Int32Array(K);
  let count = 0;
  const words = (set.count + 31) >>> 5;
  for (let index = 0; index < words; index++) {
    let word = bitmaps === undefined ? -1 : (bitmaps[0][index] as number) & (bitmaps[1][index] as number);
    while (word !== 0) {
      const id = (index << 5) + 31 - Math.clz32(word & -word);
      word &= word - 1;
      if (id >= set.count) break;
      count++;
      const score = scoreOf(set, id, query);
      if (score > (scores[K - 1] as number)) insert(scores, ids, score, id);
    }
  }
  return ids.subarray(0, Math.min(K, count));
}

function scoreOf({ vectors, dimensions }: VectorSet, id: number, query: Float32Array): number {
  const from = id * dimensions;
  let score = 0;
  for (let axis = 0; axis < dimensions; axis++) score += (vectors[from + axis] as number) * (query[axis] as number);
  return score;
}

function insert(scores: Float64Array, ids: Int32Array, score: number, id: number): void {
  let place = K - 1;
  while (place > 0 && (scores[place - 1] as number) < score) {
    scores[place] = scores[place - 1] as number;
    ids[place] = ids[place - 1] as number;
    place--;
  }
  scores[place] = score;
  ids[place] = id;
}
