/**
 * Ours: one segment and its planner, and each method of it alone. Bitmaps are kept in the row order of the segment, as the
 * attribute index of a segment keeps them; combining them is part of the search.
 */
import { calibrate, HybridIndex, measureCosts, VectorSegment } from "@tenon/ad-index/vectors";
import { bitmapOf, type Filter } from "../data/filters.ts";
import { K } from "../data/truth.ts";
import type { VectorSet } from "../data/vector-set.ts";
import { intersect } from "./bits.ts";
import { type Contender, cpuMs } from "./contender.ts";

export const PLANNER = "tenon planner";
export const SINGLE_METHODS = ["tenon exact", "tenon ivf"] as const;

/** The two of a query, and their combination. */
const BITMAPS_PER_FILTER = 3;
/** More than learning needs at the same time. */
const BITMAPS_LEARNING = 8;

export const EMBEDDING = "bench";

export interface Tenon {
  readonly segment: VectorSegment;
  readonly index: HybridIndex;
  /** CPU time of building the segment, and of learning what its planner needs, ms. */
  readonly buildCpuMs: number;
  readonly calibrateCpuMs: number;
  /** The planner first, then its methods. */
  readonly contenders: readonly Contender[];
  /** The planner and the exact scan with the two bitmaps of a query combined beforehand. */
  readonly ready: { readonly planner: Contender; readonly exact: Contender };
}

/**
 * `filtersMax`: filters of one point, both purposes together. `queries`: what the planner learns from; the tuning queries, never
 * those that are reported. It learns with filters of its own.
 */
export async function tenon(set: VectorSet, filtersMax: number, queries: readonly Float32Array[]): Promise<Tenon> {
  const before = cpuMs();
  const ids = Int32Array.from({ length: set.count }, (_, id) => id);
  const { vectors, dimensions } = set;
  const input = { ids, vectors, dimensions, metric: "innerProduct", embeddingVersion: EMBEDDING } as const;
  const { segment } = VectorSegment.build(input, { bitmapsMax: BITMAPS_PER_FILTER * filtersMax + BITMAPS_LEARNING });
  const built = cpuMs();
  const learned = new Float32Array(queries.length * dimensions);
  for (const [at, query] of queries.entries()) learned.set(query, at * dimensions);
  const index = new HybridIndex(segment, {
    costs: measureCosts(segment),
    calibration: calibrate(segment, { queries: learned }),
  });
  const bitmaps = new PointBitmaps(segment, set);
  return {
    segment,
    index,
    buildCpuMs: built - before,
    calibrateCpuMs: cpuMs() - built,
    contenders: [
      contenderOf(index, bitmaps, PLANNER, undefined),
      contenderOf(index, bitmaps, SINGLE_METHODS[0], "exact"),
      contenderOf(index, bitmaps, SINGLE_METHODS[1], "ivf"),
    ],
    ready: {
      planner: { ...contenderOf(index, bitmaps, PLANNER, undefined), prepare: (filter) => bitmaps.combined(filter) },
      exact: {
        ...contenderOf(index, bitmaps, SINGLE_METHODS[0], "exact"),
        prepare: (filter) => bitmaps.combined(filter),
      },
    },
  };
}

/** The bitmaps of the point that is measured, once for all methods. */
class PointBitmaps {
  private readonly segment: VectorSegment;
  private readonly set: VectorSet;
  private readonly held = new Map<Filter, readonly [Int32Array, Int32Array]>();
  private readonly combinations = new Map<Filter, readonly [Int32Array]>();
  private point = "";

  constructor(segment: VectorSegment, set: VectorSet) {
    this.segment = segment;
    this.set = set;
  }

  open(point: string): void {
    if (point === this.point) return;
    this.point = point;
    for (const bitmaps of [...this.held.values(), ...this.combinations.values()])
      for (const bitmap of bitmaps) this.segment.bitmaps.release(bitmap);
    this.held.clear();
    this.combinations.clear();
  }

  combined(filter: Filter): readonly [Int32Array] {
    const known = this.combinations.get(filter);
    if (known !== undefined) return known;
    const [one, other] = this.of(filter);
    const into = this.segment.bitmaps.take();
    intersect(one, other, into);
    this.combinations.set(filter, [into]);
    return [into];
  }

  of(filter: Filter): readonly [Int32Array, Int32Array] {
    const known = this.held.get(filter);
    if (known !== undefined) return known;
    const [one, other] = filter.map((predicate) => {
      const bitmap = this.segment.bitmaps.take();
      bitmap.set(bitmapOf(predicate, this.set, this.segment.ids));
      return bitmap;
    });
    const pair = [one as Int32Array, other as Int32Array] as const;
    this.held.set(filter, pair);
    return pair;
  }
}

function contenderOf(
  index: HybridIndex,
  bitmaps: PointBitmaps,
  name: string,
  method: "exact" | "ivf" | undefined,
): Contender {
  return {
    name,
    open: ({ name: point }) => bitmaps.open(point),
    prepare: (filter) => bitmaps.of(filter),
    queryOf: (vector) => vector,
    settings: () => [0],
    search: (vector, filters) =>
      index.search({
        vector: vector as Float32Array,
        embeddingVersion: EMBEDDING,
        k: K,
        filters: filters as readonly Int32Array[],
        method,
      }).ids,
  };
}
