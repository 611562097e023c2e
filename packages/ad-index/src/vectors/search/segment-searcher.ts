/**
 * One search over one segment, in any thread: scan by bytes, exact scores for what the scan could not rule out.
 *
 * A1 The answer of a scan over given lists is exact: the margin of the kernels is twice the bound of quantise.ts (Q3), so no row of
 *    the best k is dropped, and the order is that of the exact scores (V1), then of ids.
 * A2 Lists are probed in the order of `mean score + reach * spread`. Probing ends when the next list's value is below the k-th best
 *    score so far. With fewer than k matches that never happens, so such a search ends with every list, and is exact.
 * Source of ending by the k-th score: query-aware pruning as in SPANN (Chen and others, NeurIPS 2021), on scores instead of distances.
 */
import { bindKernels, type Kernels, SCAN_DONE, SCAN_FULL } from "../kernels/kernels.ts";
import { HISTOGRAM_BUCKETS, type ScratchLayout, STATE, SURVIVORS_MAX } from "../kernels/scan-state.ts";
import type { SharedSegment } from "../segment/vector-segment.ts";
import { ListOrder } from "./list-order.ts";
import { MatchCounter } from "./match-counter.ts";
import { ScoredQuery } from "./scored-query.ts";
import { Survivors } from "./survivors.ts";

/** Rows between two looks at the clock: 0.1 to 0.5 ms. */
export const SLICE_ROWS = 65_536;

export interface SearchTask {
  /** Exact components, padded with zeros to the segment's exact stride; of unit length under cosine. */
  readonly query: Float64Array;
  readonly k: number;
  /** Addresses of the bitmaps whose rows are wanted; at least one. */
  readonly masks: readonly number[];
  /** Whether most rows of the masks are set, so that whole words are scanned. */
  readonly dense: boolean;
  /** How far lists reach beyond their mean, in spreads; every list is scanned when null. */
  readonly reach: number | null;
}

export interface SearchFound {
  /** Places in the ascending order of ids, best first. Overwritten by the next search. */
  readonly ranks: Float64Array;
  readonly scores: Float32Array;
  readonly rowsRead: number;
  readonly rowsReranked: number;
  readonly listsProbed: number;
}

/** Lists of the first round, and growth of the rounds that follow. */
const FIRST_LISTS = 4;
const ROUND_GROWTH = 2;

export class SegmentSearcher {
  /** How many rows pass the bitmaps of a search; not while one is under way. */
  readonly matches: MatchCounter;
  private readonly shared: SharedSegment;
  private readonly kernels: Kernels;
  private readonly scratch: ScratchLayout;
  private readonly state: Int32Array;
  private readonly histogram: Int32Array;
  private readonly ranges: Int32Array;
  private readonly query: ScoredQuery;
  private readonly survivors: Survivors;
  private readonly order: ListOrder;
  private listsProbed = 0;

  /** `searcher`: which scratch area is this one's, 0 to searchersMax - 1. */
  constructor(shared: SharedSegment, searcher: number, kernels: Kernels = bindKernels(shared.memory)) {
    const { memory, layout, shape } = shared;
    const scratch = layout.scratch[searcher] as ScratchLayout;
    this.shared = shared;
    this.kernels = kernels;
    this.scratch = scratch;
    this.state = new Int32Array(memory.buffer, scratch.state, 32);
    this.histogram = new Int32Array(memory.buffer, scratch.histogram, HISTOGRAM_BUCKETS);
    this.ranges = new Int32Array(memory.buffer, scratch.ranges, Math.max(1, shape.listCount) * 2);
    this.matches = new MatchCounter(shared, scratch, kernels);
    this.query = new ScoredQuery(shared, scratch);
    this.survivors = new Survivors(shared, scratch, kernels);
    this.order = new ListOrder(shared, new Int32Array(memory.buffer, scratch.listScores, shape.listCount));
  }

  /**
   * Searches in slices: each step of the generator reads at most {@link SLICE_ROWS} rows, scores 2,048 exactly, or sorts what was
   * found, which is in {@link found} afterwards.
   */
  *run(task: SearchTask): Generator<void, void, void> {
    const { shape, listWords } = this.shared;
    this.begin(task);
    if (task.k === 0 || shape.vectorCount === 0) return;
    if (task.reach === null) {
      this.ranges[0] = 0;
      this.ranges[1] = listWords[shape.listCount] as number;
      this.listsProbed = shape.listCount;
      yield* this.scan(task, 1);
    } else {
      yield* this.probe(task, task.reach);
    }
    yield* this.survivors.finish(task.k, (score) => this.query.stepsReaching(score));
  }

  /** Exact scores of given rows, at most `SURVIVORS_MAX`: what another method found, in our order. */
  rescore(task: SearchTask, rows: Int32Array): void {
    this.begin(task);
    this.survivors.put(rows);
  }

  /** What the search found so far: whole once {@link run} is done, sound but incomplete before. */
  found(): SearchFound {
    const { ids, scores } = this.survivors.ranked();
    return {
      ranks: ids,
      scores,
      rowsRead: this.state[STATE.rowsRead] as number,
      rowsReranked: this.survivors.reranked,
      listsProbed: this.listsProbed,
    };
  }

  /** For calibration: the mean score of each list for a query, before any reach. A view until the next call. */
  meanScores(task: SearchTask): Float64Array {
    this.begin(task);
    return this.rankLists(0);
  }

  /** For calibration: an exact score in the measure of {@link meanScores}, which differs under l2. */
  comparable(score: number): number {
    return this.query.comparable(score);
  }

  /** Gives what a search that was cut short has in hand its exact scores. */
  settle(): void {
    this.survivors.settle();
  }

  private begin(task: SearchTask): void {
    const { shape, layout } = this.shared;
    const { state, scratch } = this;
    this.listsProbed = 0;
    this.survivors.begin(task.k);
    this.matches.setMasks(task.masks);
    this.histogram.fill(0);
    const quantised = this.query.set(task.query);
    this.order.begin(quantised);
    const { stepsMax, unit, error } = this.query.bound;
    const margin = Math.ceil((2 * error) / unit) + 1;
    state[STATE.rows] = layout.rows;
    state[STATE.stride] = shape.stride;
    state[STATE.query] = scratch.query;
    state[STATE.bias] = quantised.bias;
    state[STATE.k] = task.k;
    state[STATE.margin] = margin;
    state[STATE.low] = -stepsMax;
    state[STATE.shift] = Math.max(0, 32 - Math.clz32((2 * stepsMax) >>> 10));
    state[STATE.histogram] = scratch.histogram;
    state[STATE.cut] = 0;
    state[STATE.above] = 0;
    state[STATE.edge] = -stepsMax;
    state[STATE.threshold] = -stepsMax - margin;
    state[STATE.survivors] = scratch.survivors;
    state[STATE.survivorCount] = 0;
    state[STATE.survivorsMax] = SURVIVORS_MAX;
    state[STATE.rowsRead] = 0;
    state[STATE.rowBuffer] = scratch.rowBuffer;
  }

  /** Scans the first `rangeCount` ranges, from the first on. */
  private *scan(task: SearchTask, rangeCount: number): Generator<void, void, void> {
    const { kernels, scratch, state } = this;
    const scan = task.dense ? kernels.scanDense : kernels.scanListed;
    state[STATE.range] = 0;
    state[STATE.word] = this.ranges[0] as number;
    for (;;) {
      const status = scan(scratch.state, scratch.ranges, rangeCount, scratch.masks, task.masks.length, SLICE_ROWS);
      if (status === SCAN_DONE) return;
      if (status === SCAN_FULL) yield* this.survivors.take();
      yield;
    }
  }

  private *probe(task: SearchTask, reach: number): Generator<void, void, void> {
    const { listWords } = this.shared;
    const { order } = this;
    this.rankLists(reach);
    let round = FIRST_LISTS;
    for (;;) {
      const lists = order.next(this.reachedScore(), round);
      if (lists.length === 0) return;
      for (let place = 0; place < lists.length; place++) {
        const list = lists[place] as number;
        this.ranges[2 * place] = listWords[list] as number;
        this.ranges[2 * place + 1] = listWords[list + 1] as number;
      }
      this.listsProbed += lists.length;
      yield* this.scan(task, lists.length);
      round *= ROUND_GROWTH;
    }
  }

  private rankLists(reach: number): Float64Array {
    const { shape, layout } = this.shared;
    const { kernels, scratch, state } = this;
    const count = Math.ceil(shape.listCount / 4) * 4;
    const bias = state[STATE.bias] as number;
    kernels.scoreAll(layout.centers, shape.stride, scratch.query, bias, count, scratch.listScores);
    return this.order.rank(reach);
  }

  /** Lower bound of the k-th best integer score, as a score; all lists reach it while fewer than k rows were found. */
  private reachedScore(): number {
    return (this.state[STATE.cut] as number) === 0
      ? Number.NEGATIVE_INFINITY
      : (this.state[STATE.edge] as number) * this.query.bound.unit;
  }
}
