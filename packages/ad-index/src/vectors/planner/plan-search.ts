/**
 * Which method answers a query soonest at the wanted recall: predicted from measured costs and the calibration of the segment.
 * A pure function of numbers, so a decision can be repeated from its trace.
 */
import type { AnnMethod } from "../ann-index.ts";
import type { GraphProfile } from "../hnsw/graph-profile.ts";
import type { Calibration } from "./calibration.ts";

/** Nanoseconds, measured on the machine that serves. */
export interface ScanCosts {
  /** One gathered row: where one of 32 is gathered, and where all are. The nearer rows are to each other, the fewer wait for memory. */
  readonly listedRowNs: number;
  readonly listedNextNs: number;
  /** One step of four neighbours of words that are scanned whole: where one of eight steps is read, and where all are. */
  readonly denseStepNs: number;
  readonly denseNextNs: number;
  /** One word of one bitmap: where rows are gathered, and where words are scanned whole. */
  readonly wordNs: number;
  readonly denseWordNs: number;
  /** One list: scoring its center, and entering it when it is probed. */
  readonly centerNs: number;
  readonly listNs: number;
  /** One exact score. */
  readonly exactRowNs: number;
}

/** Of an ordinary server core; measured ones replace them. */
export const COSTS_DEFAULT: ScanCosts = {
  listedRowNs: 10,
  listedNextNs: 3.5,
  denseStepNs: 28,
  denseNextNs: 9,
  wordNs: 0.2,
  denseWordNs: 1,
  centerNs: 3,
  listNs: 60,
  exactRowNs: 50,
};
/** Exact scores per wanted ad: rows within the margin of the k-th best are scored too. */
const EXACT_PER_AD = 3;

export interface SearchShape {
  readonly k: number;
  readonly matches: number;
  readonly filters: number;
  readonly vectorCount: number;
  readonly vectorRows: number;
  readonly listCount: number;
}

/** What the planner knows of a segment. */
export interface PlanFacts {
  readonly costs: ScanCosts;
  readonly calibration: Calibration;
  /** Absent: no graph, or the caller cannot wait for another thread. */
  readonly graph?: GraphProfile | undefined;
}

export interface SearchPlan {
  readonly method: AnnMethod;
  readonly dense: boolean;
  readonly reach: number | null;
  readonly reason: string;
  readonly predictedNs: number;
  readonly parameters: Readonly<Record<string, number>>;
}

export function planSearch(shape: SearchShape, facts: PlanFacts, forced?: AnnMethod): SearchPlan {
  const { costs, calibration, graph } = facts;
  const selectivity = shape.vectorCount === 0 ? 0 : Math.min(1, shape.matches / shape.vectorCount);
  const band = calibration.bands.find(({ selectivityMin }) => selectivity >= selectivityMin) ?? calibration.narrowest;
  const rerankNs = Math.min(shape.matches, EXACT_PER_AD * shape.k) * costs.exactRowNs;
  const all = scanCost(shape, costs, selectivity, { listShare: 1, rowShare: 1 });
  const some = scanCost(shape, costs, selectivity, band);
  const listsNs = shape.listCount * (costs.centerNs + band.listShare * costs.listNs);
  const predicted: Record<AnnMethod, number> = {
    exact: all.ns + rerankNs,
    ivf: some.ns + listsNs + rerankNs,
    graph:
      graph === undefined || selectivity < graph.selectivityMin
        ? Number.POSITIVE_INFINITY
        : graph.searchNs / selectivity,
  };
  const method = forced ?? cheapest(predicted);
  return {
    method,
    dense: method === "ivf" ? some.dense : all.dense,
    reach: method === "ivf" ? band.reach : null,
    reason: forced === undefined ? REASONS[method] : "the caller chose the method",
    predictedNs: predicted[method],
    parameters: {
      selectivity,
      exactNs: predicted.exact,
      ivfNs: predicted.ivf,
      // Infinite without a graph, and no value that a trace could hold.
      ...(Number.isFinite(predicted.graph) && { graphNs: predicted.graph }),
      reach: band.reach,
    },
  };
}

const REASONS: Readonly<Record<AnnMethod, string>> = {
  exact: "scanning every matching row is predicted to be cheapest",
  ivf: "scanning the lists near the query is predicted to be cheapest",
  graph: "walking the graph is predicted to be cheapest",
};

/** The count of matches T at and below which exact search is planned, for searches with so many filters. */
export function exactMatchesMax(shape: Omit<SearchShape, "matches">, facts: PlanFacts): number {
  let low = 0;
  let high = shape.vectorCount;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (planSearch({ ...shape, matches: middle }, facts).method === "exact") low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The first of equals: an exact answer where it costs no more. */
function cheapest(predicted: Readonly<Record<AnnMethod, number>>): AnnMethod {
  const methods: readonly AnnMethod[] = ["exact", "ivf", "graph"];
  return methods.reduce((best, method) => (predicted[method] < predicted[best] ? method : best));
}

function scanCost(
  shape: SearchShape,
  costs: ScanCosts,
  selectivity: number,
  { listShare, rowShare }: { readonly listShare: number; readonly rowShare: number },
): { readonly dense: boolean; readonly ns: number } {
  const words = (shape.vectorRows / 32) * Math.max(1, shape.filters) * listShare;
  const rowNs = between(selectivity, LISTED_APART, costs.listedRowNs, costs.listedNextNs);
  const listedNs = words * costs.wordNs + shape.matches * rowShare * rowNs;
  // A step of four neighbours is left out when none of them matches.
  const stepShare = 1 - (1 - selectivity) ** 4;
  const stepNs = between(stepShare, STEPS_APART, costs.denseStepNs, costs.denseNextNs);
  const denseNs = words * costs.denseWordNs + (shape.vectorRows / 4) * listShare * stepShare * stepNs;
  return { dense: denseNs < listedNs, ns: Math.min(denseNs, listedNs) };
}

/** Shares at which the costs of rows and steps far from each other are measured: one row of each word. */
const LISTED_APART = 1 / 32;
const STEPS_APART = 1 / 8;

/** A cost between those of two shares, linear in the logarithm of the share, as measurements are within a fifth; that of `apart` below. */
function between(share: number, apart: number, apartNs: number, nextNs: number): number {
  if (share <= apart) return apartNs;
  return nextNs + (apartNs - nextNs) * (Math.log(share) / Math.log(apart));
}
