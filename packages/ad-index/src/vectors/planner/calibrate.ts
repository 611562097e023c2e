/**
 * Learns how far the lists of a segment reach (rule A2) from queries with known answers. Counts and scores only, no clock: the same
 * segment, queries and seed give the same calibration.
 *
 * For each query and filter the exact answer is computed. A neighbour in list l is found if l's value is at least the k-th score, so
 * it needs reach (k-th score - mean score of l) / spread of l. The reach of a band is the one that finds the wanted share of all
 * neighbours, and nine of ten of every query's but the worst hundredth.
 */
import { setBit } from "../../bits/bitset.ts";
import { writeQuery } from "../search/check-query.ts";
import { type SearchTask, SegmentSearcher } from "../search/segment-searcher.ts";
import { randomOf, sampleOf } from "../segment/k-means.ts";
import type { VectorSegment } from "../segment/vector-segment.ts";
import type { Band, Calibration } from "./calibration.ts";

export interface CalibrationOptions {
  /** Queries as they will come, one after the other; rows of the segment stand in when absent. Most are better: 64 or more. */
  readonly queries?: Float32Array | undefined;
  /** Mean recall to reach on queries that were not seen here. */
  readonly recallMin?: number | undefined;
  readonly k?: number | undefined;
  readonly seed?: number | undefined;
}

const RECALL_MIN = 0.99;
/** Half of the misses that are allowed are kept for queries that differ from these. */
const MISSES_USED = 0.5;
/** Recall that all queries but the worst hundredth reach. */
const QUERY_RECALL_MIN = 0.9;
const QUERY_SHARE = 0.99;
const K = 10;
const QUERIES = 128;
const SELECTIVITIES = [1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001] as const;
/** A band is calibrated only if its filters leave this many times k rows; below, exact search is the cheaper one anyway. */
const MATCHES_PER_K = 10;
/** Every so many queries has a filter against it: without the lists nearest to it. */
const OPPOSED_EVERY = 4;
const OPPOSED_LISTS = 4;

interface Trial {
  readonly query: Float64Array;
  /** Rank of the row that the query was taken from, since it would find itself; -1 for a real query. */
  readonly self: number;
  /** Whether the lists nearest to the query are kept out of its filter. */
  readonly opposed: boolean;
}

export function calibrate(segment: VectorSegment, options: CalibrationOptions = {}): Calibration {
  const bench = new CalibrationBench(segment, options);
  const { vectorCount, listCount } = segment.shape;
  const bands: Band[] = [];
  for (const selectivity of SELECTIVITIES) {
    if (listCount < 2 || vectorCount * selectivity < MATCHES_PER_K * bench.k) break;
    // A band holds down to the geometric middle between its selectivity and the next one.
    bands.push({ selectivityMin: selectivity / Math.sqrt(10 / 3), ...bench.band(selectivity) });
  }
  bench.close();
  const last = bands.at(-1);
  const reach = last?.reach ?? Number.MAX_VALUE;
  return { bands, narrowest: { selectivityMin: 0, reach, listShare: 1, rowShare: 1 } };
}

/** Trials of one segment, and the bitmap they are run with. */
class CalibrationBench {
  readonly k: number;
  private readonly segment: VectorSegment;
  private readonly searcher: SegmentSearcher;
  private readonly trials: readonly Trial[];
  private readonly bitmap: Int32Array;
  private readonly drawn: Int32Array;
  private readonly recallMin: number;
  private readonly next: () => number;

  constructor(segment: VectorSegment, options: CalibrationOptions) {
    const seed = options.seed ?? 1;
    this.segment = segment;
    this.searcher = new SegmentSearcher(segment.shared, 0);
    this.k = options.k ?? K;
    this.recallMin = options.recallMin ?? RECALL_MIN;
    this.next = randomOf(seed);
    this.trials = options.queries === undefined ? rowTrials(segment, seed) : queryTrials(segment, options.queries);
    this.bitmap = segment.bitmaps.take();
    this.drawn = this.bitmap.slice();
  }

  close(): void {
    this.segment.bitmaps.release(this.bitmap);
  }

  band(selectivity: number): Omit<Band, "selectivityMin"> {
    this.drawn.fill(0);
    for (const row of this.segment.rowOfRank) if (this.next() < selectivity) setBit(this.drawn, row);
    const needs = this.trials.map((trial) => this.needsOf(trial));
    const all = needs.flat();
    const ofQueries = needs.filter((need) => need.length > 0).map((need) => quantile(need, QUERY_RECALL_MIN));
    const ofAll = quantile(all, 1 - (1 - this.recallMin) * MISSES_USED);
    const reach = Math.max(ofAll, quantile(ofQueries, QUERY_SHARE));
    return { reach, ...this.sharesAt(reach) };
  }

  /** The reach that each neighbour of a trial needs to be found. */
  private needsOf(trial: Trial): readonly number[] {
    const { segment, searcher, k } = this;
    const task = this.taskOf(trial, k + 1, null);
    run(searcher, task);
    const { ranks, scores } = searcher.found();
    const neighbours = Array.from(ranks, (rank, place) => ({ rank, score: scores[place] as number }))
      .filter(({ rank }) => rank !== trial.self)
      .slice(0, k);
    const least = searcher.comparable(neighbours.at(-1)?.score ?? 0);
    const means = searcher.meanScores(task);
    const norm = Math.hypot(...trial.query);
    return neighbours.map(({ rank }) => {
      const list = this.listOf(segment.rowOfRank[rank] as number);
      const spread = (segment.shared.spreads[list] as number) * norm;
      return spread === 0 ? 0 : (least - (means[list] as number)) / spread;
    });
  }

  /** Mean shares of lists and of matching rows that searches with this reach read. */
  private sharesAt(reach: number): { readonly listShare: number; readonly rowShare: number } {
    let lists = 0;
    let rows = 0;
    let matches = 0;
    for (const trial of this.trials) {
      const task = this.taskOf(trial, this.k, reach);
      run(this.searcher, task);
      const { listsProbed, rowsRead } = this.searcher.found();
      lists += listsProbed;
      rows += rowsRead;
      matches += this.searcher.matches.count(task.masks);
    }
    const { listCount } = this.segment.shape;
    return {
      listShare: lists / Math.max(1, this.trials.length * listCount),
      rowShare: rows / Math.max(1, matches),
    };
  }

  private taskOf(trial: Trial, k: number, reach: number | null): SearchTask {
    const { segment, bitmap } = this;
    const masks = [segment.shared.layout.present, segment.bitmaps.addressOf(bitmap)];
    const task = { query: trial.query, k, masks, dense: false, reach };
    bitmap.set(this.drawn);
    if (trial.opposed) {
      const { listWords } = segment.shared;
      const means = this.searcher.meanScores(task);
      const nearest = [...means.keys()].sort((left, right) => (means[right] as number) - (means[left] as number));
      for (const list of nearest.slice(0, OPPOSED_LISTS)) bitmap.fill(0, listWords[list], listWords[list + 1]);
    }
    return task;
  }

  private listOf(row: number): number {
    const { listWords } = this.segment.shared;
    let low = 0;
    let high = listWords.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((listWords[middle] as number) <= row >>> 5) low = middle;
      else high = middle;
    }
    return low;
  }
}

function rowTrials(segment: VectorSegment, seed: number): readonly Trial[] {
  const ranks = sampleOf(segment.shape.vectorCount, Math.min(QUERIES, segment.shape.vectorCount), seed + 1);
  return Array.from(ranks, (self, place) =>
    trialOf(segment, segment.vectorOf(segment.rowOfRank[self] as number), self, place),
  );
}

function queryTrials(segment: VectorSegment, queries: Float32Array): readonly Trial[] {
  const { dimensions } = segment.shape;
  return Array.from({ length: Math.floor(queries.length / dimensions) }, (_, place) =>
    trialOf(segment, queries.subarray(place * dimensions, (place + 1) * dimensions), -1, place),
  );
}

function trialOf(segment: VectorSegment, vector: ArrayLike<number>, self: number, place: number): Trial {
  const query = new Float64Array(segment.shape.exactStride);
  writeQuery(vector, segment.shape, query);
  return { query, self, opposed: place % OPPOSED_EVERY === OPPOSED_EVERY - 1 };
}

function run(searcher: SegmentSearcher, task: SearchTask): void {
  for (const _ of searcher.run(task));
}

/** The least value that the given share of values does not exceed; 0 without values. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
