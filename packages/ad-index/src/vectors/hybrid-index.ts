/** Search over one segment by whichever method is cheapest at the wanted recall. */
import type { AnnAnswer, AnnIndex, AnnQuery } from "./ann-index.ts";
import { badSearch } from "./errors.ts";
import type { GraphProfile } from "./hnsw/graph-profile.ts";
import type { HnswGraph } from "./hnsw/hnsw-graph.ts";
import { type Calibration, UNCALIBRATED } from "./planner/calibration.ts";
import { COSTS_DEFAULT, exactMatchesMax, planSearch, type ScanCosts, type SearchPlan } from "./planner/plan-search.ts";
import { checkQuery, writeQuery } from "./search/check-query.ts";
import { runSearch, type SearchResult, stopAfter } from "./search/search-answer.ts";
import { type SearchTask, SegmentSearcher } from "./search/segment-searcher.ts";
import type { VectorSegment } from "./segment/vector-segment.ts";
import { SearchPool } from "./workers/search-pool.ts";
import { SlicedRunner } from "./workers/sliced-runner.ts";
import type { TaskRunner } from "./workers/task-runner.ts";

/** A search predicted to take longer leaves the caller's thread: the bound of a stall is 2 ms, and predictions err. */
const STALL_NS_MAX = 1_000_000;

export interface HybridIndexOptions {
  /** From `measureCosts`; those of an ordinary server core when absent. */
  readonly costs?: ScanCosts | undefined;
  /** From `calibrate`; without it lists reach everything, and every search is exact. */
  readonly calibration?: Calibration | undefined;
  /** Threads for long searches, fewer than the segment's `searchersMax`; without any they run in slices on this thread. */
  readonly workers?: number | undefined;
  readonly graph?: { readonly graph: HnswGraph; readonly profile: GraphProfile } | undefined;
  /** A monotonic clock in milliseconds, for time budgets only. */
  readonly nowMs?: (() => number) | undefined;
}

interface PlannedSearch {
  readonly plan: SearchPlan;
  readonly task: SearchTask;
  readonly matches: number;
}

export class HybridIndex implements AnnIndex {
  readonly segment: VectorSegment;
  private readonly searcher: SegmentSearcher;
  private runner: TaskRunner | undefined;
  private areas: readonly number[] = [];
  private readonly costs: ScanCosts;
  private readonly calibration: Calibration;
  private readonly graph: HybridIndexOptions["graph"];
  private readonly nowMs: () => number;

  /** Throws TENON1419 for more workers than the segment has room for. */
  constructor(segment: VectorSegment, options: HybridIndexOptions = {}) {
    const { workers = 0 } = options;
    if (!Number.isInteger(workers) || workers < 0)
      throw badSearch("has no usable count of workers", "an integer of 0 or more", String(workers));
    this.segment = segment;
    this.nowMs = options.nowMs ?? (() => performance.now());
    this.searcher = new SegmentSearcher(segment.shared, 0);
    if (workers > 0) {
      this.areas = segment.takeSearchers(workers);
      this.runner = new SearchPool(segment.shared, this.areas, this.nowMs);
    }
    this.costs = options.costs ?? COSTS_DEFAULT;
    this.calibration = options.calibration ?? UNCALIBRATED;
    this.graph = options.graph;
  }

  /** Matches T up to which searches for `k` ads with so many filters are exact. */
  exactMatchesMax(k: number, filters: number): number {
    return exactMatchesMax({ ...this.segment.shape, k, filters }, { costs: this.costs, calibration: this.calibration });
  }

  search(query: AnnQuery): AnnAnswer {
    if (query.method === "graph")
      throw badSearch("cannot walk the graph at once", "searchAsync for method graph", "search");
    const stop = stopAfter(query.timeBudgetMs, this.nowMs);
    const planned = this.plan(query, undefined);
    return this.withShadow(query, this.answer(planned, runSearch(this.searcher, planned.task, stop)));
  }

  async searchAsync(query: AnnQuery): Promise<AnnAnswer> {
    const startMs = this.nowMs();
    const planned = this.plan(query, this.graph?.profile);
    const { plan, task } = planned;
    if (plan.method === "graph") {
      const { candidates } = this.graphOf().profile;
      return this.withShadow(query, await this.searchGraph(query, candidates));
    }
    if (plan.predictedNs <= STALL_NS_MAX) {
      const stop = stopAfter(query.timeBudgetMs, this.nowMs);
      return this.withShadow(query, this.answer(planned, runSearch(this.searcher, task, stop)));
    }
    const budgetMs =
      query.timeBudgetMs === undefined ? undefined : Math.max(0, query.timeBudgetMs - (this.nowMs() - startMs));
    const answer = this.answer(planned, await this.longRunner().run(task, budgetMs));
    if (query.shadow !== true || plan.method === "exact") return answer;
    const exact = this.plan({ ...query, method: "exact" }, undefined);
    return shadowed(answer, this.answer(exact, await this.longRunner().run(exact.task, undefined)));
  }

  /**
   * Walks the graph with so many candidates. Scores and order are ours; where the graph finds fewer ads than there are, the answer
   * is completed by exact search and says so. Rejects with TENON1415, TENON1416, TENON1419.
   */
  async searchGraph(query: AnnQuery, candidates: number): Promise<AnnAnswer> {
    const { graph } = this.graphOf();
    const planned = this.plan({ ...query, method: "graph" }, undefined);
    const { task } = planned;
    const components = Array.from(task.query.subarray(0, this.segment.shape.dimensions));
    const masks = query.filters.length === 0 ? [] : task.masks;
    const { rows, visited } = await graph.search({ query: components, k: query.k, candidates, masks });
    const wanted = Math.min(query.k, this.searcher.matches.count(task.masks));
    if (rows.length < wanted) {
      const exact = this.search({ ...query, method: "exact" });
      const reason = "the graph found fewer ads than match, so every matching row was scanned";
      return { ...exact, decision: { ...exact.decision, reason } };
    }
    this.searcher.rescore(task, rows);
    const found = this.searcher.found();
    return this.answer(planned, { ...found, rowsRead: visited, partial: false });
  }

  async close(): Promise<void> {
    await Promise.all([this.runner?.close(), this.graph?.graph.close()]);
    this.segment.releaseSearchers(this.areas);
    this.areas = [];
  }

  /** Without workers: slices on this thread, which take a scratch area when the first long search comes. */
  private longRunner(): TaskRunner {
    if (this.runner === undefined) {
      this.areas = this.segment.takeSearchers(1);
      this.runner = new SlicedRunner(new SegmentSearcher(this.segment.shared, this.areas[0] as number), this.nowMs);
    }
    return this.runner;
  }

  private plan(query: AnnQuery, graph: GraphProfile | undefined): PlannedSearch {
    const { shape, shared, bitmaps } = this.segment;
    checkQuery(query, shape);
    const components = new Float64Array(shape.exactStride);
    writeQuery(query.vector, shape, components);
    const unfiltered = query.filters.length === 0;
    const masks = unfiltered ? [shared.layout.present] : query.filters.map((filter) => bitmaps.addressOf(filter));
    const matches = query.matches ?? (unfiltered ? shape.vectorCount : this.searcher.matches.estimate(masks));
    const { vectorCount, vectorRows, listCount } = shape;
    const plan = planSearch(
      { k: query.k, matches, filters: query.filters.length, vectorCount, vectorRows, listCount },
      { costs: this.costs, calibration: this.calibration, graph },
      query.method,
    );
    return { plan, matches, task: { query: components, k: query.k, masks, dense: plan.dense, reach: plan.reach } };
  }

  /** Copies what was found, so `result` may be views of a searcher. */
  private answer({ plan, matches }: PlannedSearch, result: SearchResult): AnnAnswer {
    const { rowOfRank, ids } = this.segment;
    const { ranks, scores, rowsRead, rowsReranked, listsProbed, partial } = result;
    const rows = new Int32Array(ranks.length);
    const found = new Float64Array(ranks.length);
    for (let place = 0; place < ranks.length; place++) {
      const row = rowOfRank[ranks[place] as number] as number;
      rows[place] = row;
      found[place] = ids[row] as number;
    }
    const { method, reason, parameters } = plan;
    const decision = { method, reason, matches, rowsRead, rowsReranked, listsProbed, parameters };
    return { ids: found, rows, scores: scores.slice(), partial, decision };
  }

  private withShadow(query: AnnQuery, answer: AnnAnswer): AnnAnswer {
    if (query.shadow !== true || answer.decision.method === "exact") return answer;
    return shadowed(answer, this.search({ ...query, method: "exact", shadow: false, timeBudgetMs: undefined }));
  }

  private graphOf(): NonNullable<HybridIndexOptions["graph"]> {
    if (this.graph === undefined) throw badSearch("asks for a graph", "an index that was given one", "none");
    return this.graph;
  }
}

function shadowed(answer: AnnAnswer, exact: AnnAnswer): AnnAnswer {
  const ids = new Set(answer.ids);
  const found = exact.ids.filter((id) => ids.has(id)).length;
  const shadowRecall = exact.ids.length === 0 ? 1 : found / exact.ids.length;
  return { ...answer, decision: { ...answer.decision, shadowRecall } };
}
