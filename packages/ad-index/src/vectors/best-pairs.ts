/**
 * The best `limit` of a stream of (score, id) pairs, in the total order of retrieval: score descending, then id ascending.
 *
 * Pairs gather in a buffer of twice the limit; when it is full, the better half is selected and the worst of it becomes the
 * threshold below which nothing is looked at again. That costs amortised O(1) per pair, where a heap costs O(log limit).
 * Source of the selection: Hoare, Algorithm 65 (Find), CACM 1961, with a median of three as pivot.
 */

import { selectBest, sortPairs } from "./sort-pairs.ts";

/** Least buffer, so that small limits do not select all the time. */
const BUFFER_PAIRS_MIN = 64;

/** Pairs, best first. */
export interface RankedPairs {
  readonly ids: Float64Array;
  readonly scores: Float32Array;
}

export class BestPairs {
  /** No pair with a lower score can be among the best any more. Scores equal to it may be, by their id. */
  threshold = Number.NEGATIVE_INFINITY;
  private count = 0;
  /** Whether nothing was offered since they were sorted. */
  private sorted = true;
  private readonly limit: number;
  private readonly scores: Float32Array;
  private readonly ids: Float64Array;

  /** `limit`: pairs wanted, 0 or more. */
  constructor(limit: number) {
    const capacity = limit === 0 ? 0 : Math.max(2 * limit, BUFFER_PAIRS_MIN);
    this.limit = limit;
    this.scores = new Float32Array(capacity);
    this.ids = new Float64Array(capacity);
    if (limit === 0) this.threshold = Number.POSITIVE_INFINITY;
  }

  /** Forgets everything offered. */
  clear(): void {
    this.count = 0;
    this.threshold = this.limit === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  /** `score`: finite and exactly a float32, so that the order decided here is the order of the returned column. */
  offer(score: number, id: number): void {
    if (score < this.threshold || this.limit === 0) return;
    if (this.count === this.scores.length) {
      this.keepBest();
      if (score < this.threshold) return;
    }
    this.scores[this.count] = score;
    this.ids[this.count] = id;
    this.count++;
    this.sorted = false;
  }

  /** Brings the threshold up to what was offered so far, which is otherwise done now and then. */
  tighten(): void {
    if (this.count >= this.limit && this.limit > 0) this.keepBest();
  }

  /** The best pairs offered, best first; at most `limit`. Views that further offers overwrite. */
  ranked(): RankedPairs {
    if (this.count > this.limit) this.keepBest();
    if (!this.sorted) sortPairs(this.scores, this.ids, this.count);
    this.sorted = true;
    return { ids: this.ids.subarray(0, this.count), scores: this.scores.subarray(0, this.count) };
  }

  private keepBest(): void {
    selectBest(this.scores, this.ids, this.count, this.limit);
    this.count = this.limit;
    this.threshold = this.scores[this.limit - 1] as number;
  }
}
