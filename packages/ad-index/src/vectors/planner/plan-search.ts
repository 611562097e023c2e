/**
 * Which method answers a query soonest at the wanted recall: predicted from measured costs and the calibration of the segment.
 * A pure function of numbers, so a decision can be repeated from its trace.
 */
import type { AnnMethod } from "../ann-index.ts";
import type { Calibration } from "./calibration.ts";

/** Nanoseconds, measured on the machine that serves. */
export interface ScanCosts {
  /** One row that is gathered through a bitmap. */
  readonly listedRowNs: number;
  /** One row within a word that is scanned whole. */
  readonly denseRowNs: number;
  /** One word of one bitmap. */
  readonly wordNs: number;
  /** One list: scoring its center, and entering it when it is probed. */
  readonly centerNs: number;
  readonly listNs: number;
}

/** Of an ordinary server core; measured ones replace them. */
export const COSTS_DEFAULT: ScanCosts = { listedRowNs: 2.4, denseRowNs: 1.6, wordNs: 0.5, centerNs: 3, listNs: 60 };

export interface SearchShape {
  readonly matches: number;
  readonly filters: number;
  readonly vectorCount: number;
  readonly vectorRows: number;
  readonly listCount: number;
}

export interface SearchPlan {
  readonly method: AnnMethod;
  readonly dense: boolean;
  readonly reach: number | null;
  readonly reason: string;
  readonly predictedNs: number;
  readonly parameters: Readonly<Record<string, number>>;
}

export function planSearch(
  shape: SearchShape,
  costs: ScanCosts,
  calibration: Calibration,
  forced?: AnnMethod,
): SearchPlan {
  const selectivity = shape.vectorCount === 0 ? 0 : shape.matches / shape.vectorCount;
  const exact = scanCost(shape, costs, selectivity, 1);
  const { reach, listShare, rowShare } = bandOf(calibration, selectivity);
  const probed = listShare * shape.listCount;
  const inLists = scanCost(shape, costs, selectivity, rowShare, listShare);
  const ivfNs = inLists.ns + shape.listCount * costs.centerNs + probed * costs.listNs;
  const parameters = { selectivity, exactNs: exact.ns, ivfNs, reach };
  const method = forced ?? (exact.ns <= ivfNs ? "exact" : "ivf");
  const reason =
    forced !== undefined ? "the caller chose" : method === "exact" ? "few enough rows match" : "lists are cheaper";
  return method === "ivf"
    ? { method, reach, dense: inLists.dense, reason, predictedNs: ivfNs, parameters }
    : { method, reach: null, dense: exact.dense, reason, predictedNs: exact.ns, parameters };
}

function scanCost(shape: SearchShape, costs: ScanCosts, selectivity: number, rowShare: number, listShare = 1) {
  const wordsNs = (shape.vectorRows / 32) * (shape.filters + 1) * costs.wordNs * listShare;
  const listed = shape.matches * rowShare * costs.listedRowNs;
  // A step of four neighbours is left out when none of them matches.
  const steps = 1 - (1 - selectivity) ** 4;
  const dense = shape.vectorRows * listShare * steps * costs.denseRowNs;
  return { dense: dense < listed, ns: wordsNs + Math.min(dense, listed) };
}

function bandOf(calibration: Calibration, selectivity: number) {
  return calibration.bands.find(({ selectivityMin }) => selectivity >= selectivityMin) ?? calibration.narrowest;
}
