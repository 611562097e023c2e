/** Rows that the kernels could not rule out: their exact scores, and the best of them. */
import { BestPairs, type RankedPairs } from "../best-pairs.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type ScratchLayout, STATE, SURVIVORS_MAX } from "../kernels/scan-state.ts";
import type { SharedSegment } from "../segment/vector-segment.ts";

/** Exact scores between two looks at the clock: 0.1 to 0.3 ms. */
const SLICE_ROWS = 2_048;

export class Survivors {
  /** Exact scores computed for this search. */
  reranked = 0;
  private readonly shared: SharedSegment;
  private readonly kernels: Kernels;
  private readonly scratch: ScratchLayout;
  private readonly state: Int32Array;
  /** Pairs of row and integer score. */
  private readonly pairs: Int32Array;
  private readonly scores: Float32Array;
  private readonly ranks: Int32Array;
  private best = new BestPairs(0);
  private bestK = 0;
  /** Survivors that have their exact score already, from the first on. */
  private scored = 0;
  private leastScore = 0;

  constructor(shared: SharedSegment, scratch: ScratchLayout, kernels: Kernels) {
    const { memory, layout, shape } = shared;
    this.shared = shared;
    this.kernels = kernels;
    this.scratch = scratch;
    this.state = new Int32Array(memory.buffer, scratch.state, 32);
    this.pairs = new Int32Array(memory.buffer, scratch.survivors, SURVIVORS_MAX * 2);
    this.scores = new Float32Array(memory.buffer, scratch.scores, SURVIVORS_MAX);
    this.ranks = new Int32Array(memory.buffer, layout.ranks, shape.vectorRows);
  }

  begin(k: number): void {
    if (this.bestK !== k) {
      this.best = new BestPairs(k);
      this.bestK = k;
    } else this.best.clear();
    this.reranked = 0;
    this.scored = 0;
  }

  get count(): number {
    return this.state[STATE.survivorCount] as number;
  }

  /** Puts given rows in the place of what a scan would have found. */
  put(rows: Int32Array): void {
    for (let place = 0; place < rows.length; place++) this.pairs[2 * place] = rows[place] as number;
    this.rerank(0, rows.length);
  }

  /** The best so far, best first. Views until the next search. */
  ranked(): RankedPairs {
    return this.best.ranked();
  }

  /** Exact scores of all of them, in slices, to make room for more. */
  *take(): Generator<void, void, void> {
    yield* this.rerankSlices(0, this.count);
    this.drop();
  }

  /**
   * Exact scores of the ones that may be among the best k. Those surely among them are scored first: their worst exact score rules
   * out most of the others. `stepsReaching`: the least integer score of a row that may reach an exact one.
   */
  *finish(k: number, stepsReaching: (score: number) => number): Generator<void, void, void> {
    this.kernels.keep(this.scratch.state);
    const { count } = this;
    const front = this.moveForward(0, count, this.state[STATE.edge] as number);
    this.leastScore = Number.POSITIVE_INFINITY;
    yield* this.rerankSlices(0, front);
    const second = front < k ? count : this.moveForward(front, count, stepsReaching(this.leastScore));
    yield* this.rerankSlices(front, second);
    this.drop();
    if (k <= SLICE_ROWS) return;
    yield;
    this.best.ranked();
  }

  /** Gives what a search that was cut short has in hand its exact scores: some 16,000 rows at most, 2 ms. */
  settle(): void {
    if (this.scored === 0) this.kernels.keep(this.scratch.state);
    this.rerank(this.scored, this.count);
    this.drop();
  }

  /** Moves survivors with a score of at least `least` before the others, and returns where the others begin. */
  private moveForward(from: number, to: number, least: number): number {
    const { pairs } = this;
    let next = from;
    for (let place = from; place < to; place++) {
      const score = pairs[2 * place + 1] as number;
      if (score < least) continue;
      const row = pairs[2 * place] as number;
      pairs[2 * place] = pairs[2 * next] as number;
      pairs[2 * place + 1] = pairs[2 * next + 1] as number;
      pairs[2 * next] = row;
      pairs[2 * next + 1] = score;
      next++;
    }
    return next;
  }

  private *rerankSlices(from: number, to: number): Generator<void, void, void> {
    for (let at = from; at < to; at += SLICE_ROWS) {
      this.rerank(at, Math.min(to, at + SLICE_ROWS));
      if (at + SLICE_ROWS < to) yield;
    }
  }

  private drop(): void {
    this.state[STATE.survivorCount] = 0;
    this.scored = 0;
  }

  /** Exact scores of the survivors from `from` to `to`, offered to the best; those before `from` were scored before. */
  private rerank(from: number, to: number): void {
    const { kernels, scratch, pairs, scores, ranks, best } = this;
    const { layout, shape } = this.shared;
    const rerank = shape.metric === "l2" ? kernels.rerankDistance : kernels.rerank;
    const count = to - from;
    rerank(
      scratch.survivors + 8 * from,
      count,
      layout.exact,
      shape.exactStride * 4,
      scratch.exactQuery,
      scratch.scores,
    );
    for (let place = 0; place < count; place++) {
      const score = scores[place] as number;
      if (score < this.leastScore) this.leastScore = score;
      if (score < best.threshold) continue;
      const rank = ranks[pairs[2 * (from + place)] as number] as number;
      // A filter must not name empty rows; if it does, they are at least not answers.
      if (rank >= 0) best.offer(score, rank);
    }
    this.scored = to;
    this.reranked += count;
  }
}
