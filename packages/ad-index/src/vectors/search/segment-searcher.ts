/**
 * One search over one segment, in any thread: scan by bytes, exact scores for what the scan could not rule out.
 *
 * A1 The answer of a scan over given lists is exact: the margin of the kernels is twice the bound of quantise.ts (Q3), so no row of
 *    the best k is dropped, and the order is that of the exact scores (V1), then of ids.
 * A2 Lists are probed in the order of `mean score + reach * spread`. Probing ends when the next list's value is below the k-th best
 *    score so far. With fewer than k matches that never happens, so such a search ends with every list, and is exact.
 * Source of ending by the k-th score: query-aware pruning as in SPANN (Chen and others, NeurIPS 2021), on scores instead of distances.
 */
import { BestPairs } from "../best-pairs.ts";
import { bindKernels, type Kernels, SCAN_DONE, SCAN_FULL } from "../kernels/kernels.ts";
import { HISTOGRAM_BUCKETS, type ScratchLayout, STATE, SURVIVORS_MAX } from "../kernels/scan-state.ts";
import { quantiseQuery, type ScoreBound, scoreBound } from "../segment/quantise.ts";
import { componentsOf } from "../segment/segment-shape.ts";
import type { SharedSegment } from "../segment/vector-segment.ts";
import { ListOrder } from "./list-order.ts";

/** Rows between two looks at the clock: 0.1 to 0.5 ms. */
export const SLICE_ROWS = 65_536;
/** Exact scores between two looks at the clock: 0.1 to 0.3 ms. */
const SLICE_EXACT_ROWS = 2_048;

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
/** Words that are counted whole: 2 us, and a search of few matches finds them in the cache afterwards. */
const COUNTED_WORDS_MAX = 4_096;
/** A sample of 8,192 rows: the count only has to be right within some tens of percent, to choose between methods. */
const SAMPLE_BLOCKS = 32;
const SAMPLE_BLOCK_WORDS = 8;
const SAMPLE_WORDS = SAMPLE_BLOCKS * SAMPLE_BLOCK_WORDS;
/** With fewer in the sample the estimate is off by more than a quarter: then all are counted, in words that the search will read anyway. */
const SAMPLED_MIN = 16;

export class SegmentSearcher {
  private readonly shared: SharedSegment;
  private readonly kernels: Kernels;
  private readonly scratch: ScratchLayout;
  private readonly state: Int32Array;
  private readonly queryBytes: Int8Array;
  private readonly queryExact: Float64Array;
  private readonly lifted: Float64Array;
  private readonly histogram: Int32Array;
  private readonly survivors: Int32Array;
  private readonly scores: Float32Array;
  private readonly ranges: Int32Array;
  private readonly masks: Int32Array;
  private readonly ranks: Int32Array;
  private readonly order: ListOrder;
  private best = new BestPairs(0);
  private bestK = 0;
  private bound: ScoreBound = { unit: 1, error: 0, stepsMax: 0 };
  /** Exact score = exactFactor * product of lifted vectors + exactOffset; 1 and 0 unless scores are distances. */
  private exactFactor = 1;
  private exactOffset = 0;
  /** Survivors that have their exact score already, from the first on. */
  private scored = 0;
  private leastScore = 0;
  private rowsReranked = 0;
  private listsProbed = 0;

  /** `searcher`: which scratch area is this one's, 0 to searchersMax - 1. */
  constructor(shared: SharedSegment, searcher: number, kernels?: Kernels) {
    const { memory, layout, shape } = shared;
    const scratch = layout.scratch[searcher] as ScratchLayout;
    this.shared = shared;
    this.kernels = kernels ?? bindKernels(memory);
    this.scratch = scratch;
    this.state = new Int32Array(memory.buffer, scratch.state, 32);
    this.queryBytes = new Int8Array(memory.buffer, scratch.query, shape.stride);
    this.queryExact = new Float64Array(memory.buffer, scratch.exactQuery, shape.exactStride);
    this.lifted = new Float64Array(componentsOf(shape));
    this.histogram = new Int32Array(memory.buffer, scratch.histogram, HISTOGRAM_BUCKETS);
    this.survivors = new Int32Array(memory.buffer, scratch.survivors, SURVIVORS_MAX * 2);
    this.scores = new Float32Array(memory.buffer, scratch.scores, SURVIVORS_MAX);
    this.ranges = new Int32Array(memory.buffer, scratch.ranges, Math.max(1, shape.listCount) * 2);
    this.masks = new Int32Array(memory.buffer, scratch.masks, (scratch.listScores - scratch.masks) >> 2);
    this.ranks = new Int32Array(memory.buffer, layout.ranks, shape.vectorRows);
    this.order = new ListOrder(shared, new Int32Array(memory.buffer, scratch.listScores, shape.listCount));
  }

  /** Rows of lists that are in all masks: exactly. */
  countMatches(masks: readonly number[]): number {
    this.masks.set(masks);
    return this.kernels.count(this.scratch.masks, masks.length, 0, this.shared.shape.vectorRows >>> 5);
  }

  /** The same from a sample of words spread over all lists, where counting all would take longer than a search. */
  estimateMatches(masks: readonly number[]): number {
    const words = this.shared.shape.vectorRows >>> 5;
    if (words <= COUNTED_WORDS_MAX) return this.countMatches(masks);
    this.masks.set(masks);
    let count = 0;
    for (let block = 0; block < SAMPLE_BLOCKS; block++) {
      const from = Math.floor((block * (words - SAMPLE_BLOCK_WORDS)) / (SAMPLE_BLOCKS - 1));
      count += this.kernels.count(this.scratch.masks, masks.length, from, from + SAMPLE_BLOCK_WORDS);
    }
    return count < SAMPLED_MIN ? this.countMatches(masks) : Math.round((count * words) / SAMPLE_WORDS);
  }

  /** Searches in slices: each step of the generator reads at most {@link SLICE_ROWS} rows, or scores 2,048 exactly. What it found is in {@link found}. */
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
    yield* this.finish(task);
  }

  /** Exact scores of given rows, at most {@link SURVIVORS_MAX}: what another method found, in our order. */
  rescore(task: SearchTask, rows: Int32Array): void {
    this.begin(task);
    for (let place = 0; place < rows.length; place++) this.survivors[2 * place] = rows[place] as number;
    this.rerank(0, rows.length);
  }

  /** What the search found so far: whole once {@link run} is done, sound but incomplete before. */
  found(): SearchFound {
    const { ids, scores } = this.best.ranked();
    return {
      ranks: ids,
      scores,
      rowsRead: this.state[STATE.rowsRead] as number,
      rowsReranked: this.rowsReranked,
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
    return (score - this.exactOffset) / this.exactFactor;
  }

  /** Gives what a search that was cut short has in hand its exact scores: some 16,000 rows at most, 2 ms. */
  settle(): void {
    if (this.scored === 0) this.kernels.keep(this.scratch.state);
    this.rerank(this.scored, this.state[STATE.survivorCount] as number);
    this.dropSurvivors();
  }

  private begin(task: SearchTask): void {
    const { shape, layout } = this.shared;
    const { state, scratch } = this;
    if (this.bestK !== task.k) {
      this.best = new BestPairs(task.k);
      this.bestK = task.k;
    } else this.best.clear();
    this.rowsReranked = 0;
    this.listsProbed = 0;
    this.scored = 0;
    this.queryExact.set(task.query);
    this.masks.set(task.masks);
    this.histogram.fill(0);
    const quantised = this.quantise(task.query);
    const { stepsMax, unit, error } = this.bound;
    const margin = Math.ceil((2 * error) / unit) + 1;
    state[STATE.rows] = layout.rows;
    state[STATE.stride] = shape.stride;
    state[STATE.query] = scratch.query;
    state[STATE.bias] = quantised;
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

  /** Writes the query's bytes, sets the bound and the exact transform, and returns the bias. */
  private quantise(query: Float64Array): number {
    const { shape } = this.shared;
    const { lifted } = this;
    for (let axis = 0; axis < shape.dimensions; axis++) lifted[axis] = query[axis] as number;
    if (shape.lift !== null) lifted[shape.dimensions] = -1 / shape.lift.factor;
    const quantised = quantiseQuery(lifted, this.queryBytes);
    let squares = 0;
    if (shape.lift !== null) {
      for (let axis = 0; axis < shape.dimensions; axis++) squares += (query[axis] as number) ** 2;
      this.exactFactor = 2;
      this.exactOffset = -2 * shape.lift.middle - squares;
    }
    this.bound = scoreBound(shape.rows, quantised, squares);
    this.order.begin(quantised);
    return quantised.bias;
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
      if (status === SCAN_FULL) {
        yield* this.rerankSlices(0, this.state[STATE.survivorCount] as number);
        this.dropSurvivors();
      }
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
      : (this.state[STATE.edge] as number) * this.bound.unit;
  }

  /** The rows surely among the best are scored first: their worst exact score rules out most of the others. */
  private *finish(task: SearchTask): Generator<void, void, void> {
    const { kernels, scratch, state } = this;
    kernels.keep(scratch.state);
    const count = state[STATE.survivorCount] as number;
    const front = this.moveForward(0, count, state[STATE.edge] as number);
    this.leastScore = Number.POSITIVE_INFINITY;
    yield* this.rerankSlices(0, front);
    let second = count;
    if (front >= task.k) {
      const reached = (this.comparable(this.leastScore) - this.bound.error) / this.bound.unit;
      second = this.moveForward(front, count, Math.ceil(reached));
    }
    yield* this.rerankSlices(front, second);
    this.dropSurvivors();
  }

  /** Moves survivors with a score of at least `least` before the others, and returns where the others begin. */
  private moveForward(from: number, to: number, least: number): number {
    const { survivors } = this;
    let next = from;
    for (let place = from; place < to; place++) {
      const score = survivors[2 * place + 1] as number;
      if (score < least) continue;
      const row = survivors[2 * place] as number;
      survivors[2 * place] = survivors[2 * next] as number;
      survivors[2 * place + 1] = survivors[2 * next + 1] as number;
      survivors[2 * next] = row;
      survivors[2 * next + 1] = score;
      next++;
    }
    return next;
  }

  private *rerankSlices(from: number, to: number): Generator<void, void, void> {
    for (let at = from; at < to; at += SLICE_EXACT_ROWS) {
      this.rerank(at, Math.min(to, at + SLICE_EXACT_ROWS));
      if (at + SLICE_EXACT_ROWS < to) yield;
    }
  }

  private dropSurvivors(): void {
    this.state[STATE.survivorCount] = 0;
    this.scored = 0;
  }

  /** Exact scores of the survivors from `from` to `to`, offered to the best; those before `from` were scored before. */
  private rerank(from: number, to: number): void {
    const { kernels, scratch, survivors, scores, ranks, best } = this;
    const { layout, shape } = this.shared;
    const rerank = shape.metric === "l2" ? kernels.rerankDistance : kernels.rerank;
    const count = to - from;
    const pairs = scratch.survivors + 8 * from;
    rerank(pairs, count, layout.exact, shape.exactStride * 4, scratch.exactQuery, scratch.scores);
    for (let place = 0; place < count; place++) {
      const score = scores[place] as number;
      if (score < this.leastScore) this.leastScore = score;
      if (score < best.threshold) continue;
      const rank = ranks[survivors[2 * (from + place)] as number] as number;
      // A filter must not name empty rows; if it does, they are at least not answers.
      if (rank >= 0) best.offer(score, rank);
    }
    this.scored = to;
    this.rowsReranked += count;
  }
}
