/** Vectors in inverted lists, searched by the plan that is cheapest at the wanted recall. */
import { setBit, wordsFor } from "../bits/bitset.ts";
import {
  type AnnAnswer,
  type Calibration,
  HybridIndex,
  type HybridIndexOptions,
  type VectorSegment,
} from "../vectors/index.ts";
import type { TopCandidates } from "../vectors/top-candidates.ts";
import type { RowQuery, RowScan, VectorRows } from "./vector-rows.ts";

const METHODS = { exact: "exactScan", ivf: "invertedLists", graph: "graph" } as const;

/** How this machine searches; a calibration belongs to the segment, costs and threads to where it is served. */
export type SearchOptions = Pick<HybridIndexOptions, "costs" | "workers">;

const OUT_OF_TIME = { method: METHODS.exact, reason: "the time was up before the search", rowsRead: 0, parameters: {} };

export class ListRows implements VectorRows {
  readonly present: Int32Array;
  readonly segment: VectorSegment;
  readonly calibration: Calibration;
  private readonly index: HybridIndex;
  /** The clock of the index; searches bring it along. */
  private nowMs = () => performance.now();

  constructor(segment: VectorSegment, options: SearchOptions & { readonly calibration: Calibration }) {
    this.segment = segment;
    this.calibration = options.calibration;
    this.index = new HybridIndex(segment, { ...options, nowMs: () => this.nowMs() });
    this.present = presentRows(segment);
  }

  vectorOf(row: number): Float32Array {
    return this.segment.vectorOf(row);
  }

  /** Ends its threads. */
  close(): Promise<void> {
    return this.index.close();
  }

  async search({ vector, limit, eligible, searchable, time, shadow }: RowQuery, top: TopCandidates): Promise<RowScan> {
    if (time !== undefined) {
      this.nowMs = time.nowMs;
      if (time.nowMs() >= time.endMs) return { ...OUT_OF_TIME, partial: searchable > 0 };
    }
    const { bitmaps, shape } = this.segment;
    // Matches lie in ordinary memory, where the collector frees them; the kernels read a copy: microseconds per 100,000 rows.
    const mask = bitmaps.take();
    try {
      mask.set(eligible);
      const answer = await this.index.searchAsync({
        vector,
        embeddingVersion: shape.embeddingVersion,
        k: limit,
        filters: [mask],
        matches: searchable,
        timeBudgetMs: time === undefined ? undefined : Math.max(0, time.endMs - time.nowMs()),
        shadow,
      });
      return scanOf(answer, top);
    } finally {
      bitmaps.release(mask);
    }
  }
}

/** Offers what was found. */
function scanOf({ ids, scores, partial, decision }: AnnAnswer, top: TopCandidates): RowScan {
  for (let place = 0; place < ids.length; place++) {
    const score = scores[place] as number;
    if (score >= top.threshold) top.offer(score, ids[place] as number);
  }
  const { rowsReranked, listsProbed, shadowRecall } = decision;
  const shadow = shadowRecall !== undefined && { shadowRecall };
  return {
    method: METHODS[decision.method],
    reason: decision.reason,
    rowsRead: decision.rowsRead,
    partial,
    parameters: { ...decision.parameters, rowsReranked, listsProbed, ...shadow },
  };
}

function presentRows({ shape, ids }: VectorSegment): Int32Array {
  const present = new Int32Array(wordsFor(shape.size));
  for (let row = 0; row < shape.vectorRows; row++) if (ids[row] !== -1) setBit(present, row);
  return present;
}
