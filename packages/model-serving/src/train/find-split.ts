/**
 * The best split of a leaf, from its histogram.
 *
 * Source: the second-order gain of Chen and Guestrin 2016 (XGBoost), with missing values tried on both sides; category
 * sets as prefixes of the categories sorted by gradient over curvature (Fisher 1958), as in LightGBM.
 */
import type { BinnedFeature } from "./bins.ts";
import { BIN_SIZE, type HistogramLayout } from "./histogram.ts";

export interface SplitLimits {
  /** Fewest rows in a leaf. */
  readonly rowsPerLeafMin: number;
  /** Added to a leaf's curvature: pulls leaves of few rows towards 0. */
  readonly l2: number;
  /** Least gain, in halves of a nat of log loss. */
  readonly gainMin: number;
  /** Fewest rows of a category that may be named in a set. */
  readonly rowsPerCategoryMin: number;
  /** Most categories named in a set. */
  readonly categoriesPerSplitMax: number;
  /** Added to `l2` for category splits: choosing a set has more freedom to fit noise than choosing a threshold. */
  readonly categoryL2: number;
}

export interface Split {
  readonly feature: number;
  readonly gain: number;
  /** Numbers: bins up to this one go left. -1 for categories. */
  readonly bin: number;
  /** Categories: bins that go left, ascending. Empty for numbers. */
  readonly leftBins: readonly number[];
  readonly missingLeft: boolean;
}

export interface LeafSums {
  readonly gradient: number;
  readonly curvature: number;
  readonly rows: number;
}

/** The split of highest gain, ties by feature and then bin; `undefined` when none reaches `gainMin`. */
export function findSplit(
  histogram: Float64Array,
  layout: HistogramLayout,
  features: readonly BinnedFeature[],
  leaf: LeafSums,
  limits: SplitLimits,
): Split | undefined {
  let best: Split | undefined;
  for (const [index, feature] of features.entries()) {
    const start = layout.starts[index] as number;
    const bins = histogram.subarray(start, start + (feature.binCount + 1) * BIN_SIZE);
    const find = feature.kind === "numbers" ? splitNumbers : splitCategories;
    const split = find(index, feature.binCount, bins, leaf, limits);
    if (split !== undefined && split.gain > (best?.gain ?? limits.gainMin)) best = split;
  }
  return best;
}

/** Newton's step for a leaf. Multiply by the learning rate. */
export function leafValue(leaf: LeafSums, l2: number): number {
  return -leaf.gradient / (leaf.curvature + l2);
}

function splitNumbers(
  index: number,
  binCount: number,
  bins: Float64Array,
  leaf: LeafSums,
  limits: SplitLimits,
): Split | undefined {
  const missing = sumsAt(bins, binCount);
  const rightOnly = scanNumbers(index, binCount, bins, NOTHING, leaf, limits);
  // Without missing values to learn from, they follow the larger child.
  if (missing.rows === 0) return rightOnly && { ...rightOnly.split, missingLeft: rightOnly.left.rows * 2 > leaf.rows };
  const leftToo = scanNumbers(index, binCount, bins, missing, leaf, limits);
  if (leftToo === undefined || (rightOnly !== undefined && rightOnly.split.gain >= leftToo.split.gain))
    return rightOnly?.split;
  return { ...leftToo.split, missingLeft: true };
}

const NOTHING: LeafSums = { gradient: 0, curvature: 0, rows: 0 };

function scanNumbers(
  index: number,
  binCount: number,
  bins: Float64Array,
  from: LeafSums,
  leaf: LeafSums,
  { rowsPerLeafMin, l2 }: SplitLimits,
): { readonly split: Split; readonly left: LeafSums } | undefined {
  let { gradient, curvature, rows } = from;
  const whole = score(leaf.gradient, leaf.curvature, l2);
  let bestGain = Number.NEGATIVE_INFINITY;
  let bestBin = -1;
  let left = NOTHING;
  // The last bin would leave only missing values on the right: allowed, it splits on being missing.
  for (let bin = 0; bin < binCount; bin++) {
    const at = bin * BIN_SIZE;
    const rowsHere = bins[at + 2] as number;
    if (rowsHere === 0) continue;
    gradient += bins[at] as number;
    curvature += bins[at + 1] as number;
    rows += rowsHere;
    if (rows < rowsPerLeafMin) continue;
    if (leaf.rows - rows < rowsPerLeafMin) break;
    const gain =
      score(gradient, curvature, l2) + score(leaf.gradient - gradient, leaf.curvature - curvature, l2) - whole;
    if (gain > bestGain) {
      bestGain = gain;
      bestBin = bin;
      left = { gradient, curvature, rows };
    }
  }
  if (bestBin < 0) return undefined;
  return { split: { feature: index, gain: bestGain, bin: bestBin, leftBins: [], missingLeft: false }, left };
}

function splitCategories(
  index: number,
  binCount: number,
  bins: Float64Array,
  leaf: LeafSums,
  limits: SplitLimits,
): Split | undefined {
  const l2 = limits.l2 + limits.categoryL2;
  // Bin `binCount - 1` holds rare codes and always goes right; bin `binCount`, missing values, is a category like others.
  const named = Array.from({ length: binCount + 1 }, (_, bin) => ({ bin, ...sumsAt(bins, bin) }))
    .filter(({ bin, rows }) => bin !== binCount - 1 && rows >= limits.rowsPerCategoryMin)
    .map((category) => ({ ...category, lean: category.gradient / (category.curvature + l2) }))
    .sort((left, right) => left.lean - right.lean || left.bin - right.bin);
  const whole = score(leaf.gradient, leaf.curvature, l2);
  let best: { readonly gain: number; readonly members: readonly (typeof named)[number][] } | undefined;
  for (const order of [named, named.toReversed()]) {
    let { gradient, curvature, rows } = NOTHING;
    for (const [position, category] of order.slice(0, limits.categoriesPerSplitMax).entries()) {
      gradient += category.gradient;
      curvature += category.curvature;
      rows += category.rows;
      if (rows < limits.rowsPerLeafMin) continue;
      if (leaf.rows - rows < limits.rowsPerLeafMin) break;
      const gain =
        score(gradient, curvature, l2) + score(leaf.gradient - gradient, leaf.curvature - curvature, l2) - whole;
      if (gain > (best?.gain ?? Number.NEGATIVE_INFINITY)) best = { gain, members: order.slice(0, position + 1) };
    }
  }
  if (best === undefined) return undefined;
  const leftBins = best.members.map(({ bin }) => bin).sort((left, right) => left - right);
  const missingLeft = leftBins.at(-1) === binCount;
  return {
    feature: index,
    gain: best.gain,
    bin: -1,
    leftBins: missingLeft ? leftBins.slice(0, -1) : leftBins,
    missingLeft,
  };
}

/** Twice the loss a leaf of these sums saves against the value 0. */
function score(gradient: number, curvature: number, l2: number): number {
  return (gradient * gradient) / (curvature + l2);
}

function sumsAt(bins: Float64Array, bin: number): LeafSums {
  const at = bin * BIN_SIZE;
  return { gradient: bins[at] as number, curvature: bins[at + 1] as number, rows: bins[at + 2] as number };
}
