/** Search over one segment by whichever method is cheapest at the wanted recall. */
import type { AnnAnswer, AnnIndex, AnnQuery } from "./ann-index.ts";
import { type Calibration, UNCALIBRATED } from "./planner/calibration.ts";
import { COSTS_DEFAULT, planSearch, type ScanCosts, type SearchPlan } from "./planner/plan-search.ts";
import { checkQuery, writeQuery } from "./search/check-query.ts";
import { SegmentSearcher } from "./search/segment-searcher.ts";
import type { VectorSegment } from "./segment/vector-segment.ts";

export interface HybridIndexOptions {
  readonly costs?: ScanCosts | undefined;
  readonly calibration?: Calibration | undefined;
  /** A monotonic clock in milliseconds, for time budgets only. */
  readonly nowMs?: (() => number) | undefined;
}

export class HybridIndex implements AnnIndex {
  readonly segment: VectorSegment;
  private readonly searcher: SegmentSearcher;
  private readonly query: Float64Array;
  private readonly costs: ScanCosts;
  private readonly calibration: Calibration;
  private readonly nowMs: () => number;

  constructor(segment: VectorSegment, options: HybridIndexOptions = {}) {
    this.segment = segment;
    this.searcher = new SegmentSearcher(segment.shared, 0);
    this.query = new Float64Array(segment.shape.exactStride);
    this.costs = options.costs ?? COSTS_DEFAULT;
    this.calibration = options.calibration ?? UNCALIBRATED;
    this.nowMs = options.nowMs ?? (() => performance.now());
  }

  search(query: AnnQuery): AnnAnswer {
    const endMs = query.timeBudgetMs === undefined ? undefined : this.nowMs() + query.timeBudgetMs;
    const { shape, shared, bitmaps } = this.segment;
    checkQuery(query, shape);
    writeQuery(query.vector, shape, this.query);
    const masks = [shared.layout.present, ...query.filters.map((filter) => bitmaps.addressOf(filter))];
    const matches =
      query.matches ?? (query.filters.length === 0 ? shape.vectorCount : this.searcher.countMatches(masks));
    const plan = planSearch(
      { ...shape, matches, filters: query.filters.length },
      this.costs,
      this.calibration,
      query.method,
    );
    const task = { query: this.query, k: query.k, masks, dense: plan.dense, reach: plan.reach };
    let partial = false;
    for (const _ of this.searcher.run(task)) {
      if (endMs !== undefined && this.nowMs() >= endMs) {
        partial = true;
        this.searcher.settle();
        break;
      }
    }
    const answer = this.answer(plan, matches, partial);
    if (query.shadow !== true || plan.method === "exact") return answer;
    return withShadow(answer, this.search({ ...query, method: "exact", shadow: false, timeBudgetMs: undefined }));
  }

  async searchAsync(query: AnnQuery): Promise<AnnAnswer> {
    return this.search(query);
  }

  async close(): Promise<void> {}

  private answer(plan: SearchPlan, matches: number, partial: boolean): AnnAnswer {
    const { ranks, scores, rowsRead, rowsReranked, listsProbed } = this.searcher.found();
    const { rowOfRank, ids } = this.segment;
    const rows = new Int32Array(ranks.length);
    const found = new Float64Array(ranks.length);
    for (let place = 0; place < ranks.length; place++) {
      const row = rowOfRank[ranks[place] as number] as number;
      rows[place] = row;
      found[place] = ids[row] as number;
    }
    const { method, reason, parameters } = plan;
    return {
      ids: found,
      rows,
      scores: scores.slice(),
      partial,
      decision: { method, reason, matches, rowsRead, rowsReranked, listsProbed, parameters },
    };
  }
}

function withShadow(answer: AnnAnswer, exact: AnnAnswer): AnnAnswer {
  const ids = new Set(answer.ids);
  const found = exact.ids.filter((id) => ids.has(id)).length;
  const shadowRecall = exact.ids.length === 0 ? 1 : found / exact.ids.length;
  return { ...answer, decision: { ...answer.decision, shadowRecall } };
}
