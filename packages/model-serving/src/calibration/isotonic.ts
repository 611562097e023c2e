import { F64Column } from "@tenon/graph-core";
import { countPositives } from "../rows-error.ts";
import type { Calibrator, FitRows, IsotonicParameters } from "./calibrator.ts";
import { fitError } from "./fit-error.ts";
import { requireRows } from "./platt.ts";

/**
 * A rising function of the margin: a block's rate inside the block, a straight line between two blocks, and the
 * outermost rates beyond. The lowest block often holds no positive, so the probability can be exactly 0.
 */
export function isotonicCalibrator({ from, to, positives, rows }: IsotonicParameters): Calibrator {
  const lowest = Float64Array.from(from);
  const highest = Float64Array.from(to);
  const rates = Float64Array.from(positives, (count, block) => count / (rows[block] as number));
  const apply = (margin: number): number => {
    const block = lastAtMost(lowest, margin);
    if (block < 0) return rates[0] as number;
    const rate = rates[block] as number;
    const end = highest[block] as number;
    if (margin <= end || block === rates.length - 1) return rate;
    const nextRate = rates[block + 1] as number;
    const share = (margin - end) / ((lowest[block + 1] as number) - end);
    // Rounding must not lift a point between two blocks over the higher one.
    return Math.min(nextRate, rate + (nextRate - rate) * share);
  };
  return {
    kind: "isotonic",
    apply,
    applyAll: (margins) => F64Column.fill(margins.length, (row) => apply(margins.at(row))),
  };
}

/**
 * Fits the rising function of least squares. Predicted and observed positives of the fit rows are equal, in every block
 * and in total: `Σ rows × rate` is `Σ positives` by construction.
 *
 * Source: pool adjacent violators (Ayer et al. 1955). Rows of equal margin are one point, so that the result is a
 * function and does not depend on the order of rows; rates are compared as fractions of integers, so without rounding.
 *
 * @param certainty `kept` is the exact fit, whose lowest rate is often 0: an ad of that probability never bids, and one
 *   click there makes the log loss infinite. `pooled` joins a lowest block without positives to the next one, and a
 *   highest block without negatives to the one before; all properties above still hold, but for the least squares.
 * @throws GraphError TENON1456 without rows, TENON1457 for rows that do not fit together.
 */
export function fitIsotonic({ margins, labels }: FitRows, certainty: "kept" | "pooled" = "kept"): IsotonicParameters {
  const count = requireRows(margins, labels);
  countPositives(labels);
  if (count === 0) {
    throw fitError("there are no rows", { expected: "at least one row", found: "none", hint: "fit on more rows" });
  }
  const order = Int32Array.from({ length: count }, (_, row) => row);
  order.sort((left, right) => (margins[left] as number) - (margins[right] as number));
  const blocks: Block[] = [];
  for (const row of order) {
    const margin = margins[row] as number;
    const last = blocks.at(-1);
    const point = { from: margin, to: margin, positives: labels[row] as number, rows: 1 };
    // Equal margins join their point before it may join a block: `pool` would see a rise inside the point otherwise.
    if (last !== undefined && last.to === margin) merge(last, point);
    else {
      pool(blocks);
      blocks.push(point);
    }
  }
  pool(blocks);
  if (certainty === "pooled") poolCertainties(blocks);
  return {
    kind: "isotonic",
    from: blocks.map((block) => block.from),
    to: blocks.map((block) => block.to),
    positives: blocks.map((block) => block.positives),
    rows: blocks.map((block) => block.rows),
  };
}

interface Block {
  readonly from: number;
  to: number;
  positives: number;
  rows: number;
}

/** Merges the last block into earlier ones until rates rise strictly. */
function pool(blocks: Block[]): void {
  for (;;) {
    const last = blocks.at(-1);
    const before = blocks.at(-2);
    if (last === undefined || before === undefined) return;
    // before.rate < last.rate, as fractions: exact up to 2^53, far beyond rows × rows of any fit.
    if (before.positives * last.rows < last.positives * before.rows) return;
    merge(before, last);
    blocks.pop();
  }
}

/** Rates rise strictly, so at most one block is certain at each end. */
function poolCertainties(blocks: Block[]): void {
  const [lowest, next] = blocks;
  if (lowest?.positives === 0 && next !== undefined) {
    merge(lowest, next);
    blocks.splice(1, 1);
  }
  const [before, highest] = blocks.slice(-2);
  if (before !== undefined && highest !== undefined && highest.positives === highest.rows) {
    merge(before, highest);
    blocks.pop();
  }
}

function merge(into: Block, block: Block): void {
  into.to = block.to;
  into.positives += block.positives;
  into.rows += block.rows;
}

/** Index of the last entry `<= value`, -1 for none. `sorted` ascends. */
function lastAtMost(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
