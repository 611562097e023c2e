/**
 * Features as small integers. A tree is grown on bins: finding a split then costs one pass over the rows of a leaf and
 * one over at most 256 bins, whatever the values are.
 */
import { seededRandom } from "./seeded-random.ts";

/** Bins of present values; one more holds missing values, so that a bin number fits a byte. */
export const BINS_MAX = 255;
/** Values that decide numeric bins: quantiles of this many rows are as good as those of all. */
const SAMPLE_ROWS_MAX = 200_000;

export interface BinnedFeature {
  readonly kind: "numbers" | "categories";
  /** Bin of every row. */
  readonly bins: Uint8Array;
  /** Bins of present values; bin `binCount` is that of missing values. */
  readonly binCount: number;
  /** Numbers: a value is in the first bin `b` with `value <= upper[b]`; the last is Infinity. Ascending. */
  readonly upper: Float64Array;
  /** Categories: the code of bin `b`. The last bin has no code: it holds all rare ones. Empty for numbers. */
  readonly codes: readonly number[];
}

/** Bins a numeric feature. Equal values share a bin; beyond 255 distinct values, bins hold about equally many rows. */
export function binNumbers(values: Float64Array, seed: number): BinnedFeature {
  const upper = upperBounds(sortedSample(values, seed));
  const feature = { kind: "numbers", binCount: upper.length, upper, codes: [] } as const;
  return { ...feature, bins: rebin(feature, values) };
}

/** Bins a dictionary feature: one bin per code, and a last one for the rarest codes when there are more than 254. */
export function binCategories(values: Float64Array): BinnedFeature {
  const counts = new Map<number, number>();
  for (const code of values) if (!Number.isNaN(code)) counts.set(code, (counts.get(code) ?? 0) + 1);
  const frequent = [...counts].sort(([left, leftRows], [right, rightRows]) => rightRows - leftRows || left - right);
  const codes = frequent.slice(0, BINS_MAX - 1).map(([code]) => code);
  const feature = { kind: "categories", binCount: codes.length + 1, upper: new Float64Array(0), codes } as const;
  return { ...feature, bins: rebin(feature, values) };
}

/** Bins any rows of a feature. Codes the bins were not made with share the bin of rare codes. */
export function rebin(feature: Omit<BinnedFeature, "bins">, values: Float64Array): Uint8Array {
  const { kind, upper, codes, binCount } = feature;
  if (kind === "numbers") {
    return Uint8Array.from(values, (value) => (Number.isNaN(value) ? binCount : firstAtLeast(upper, value)));
  }
  const binOf = new Map(codes.map((code, bin) => [code, bin]));
  return Uint8Array.from(values, (code) => (Number.isNaN(code) ? binCount : (binOf.get(code) ?? codes.length)));
}

function sortedSample(values: Float64Array, seed: number): Float64Array {
  const random = seededRandom(seed);
  const share = SAMPLE_ROWS_MAX / values.length;
  return values.filter((value) => !Number.isNaN(value) && (share >= 1 || random() < share)).sort();
}

/** Bounds half-way between the neighbours they part, so that values a little off the trained ones fall where they belong. */
function upperBounds(sorted: Float64Array): Float64Array {
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    if (value === distinct.at(-1)) counts[counts.length - 1] = (counts.at(-1) as number) + 1;
    else counts[distinct.push(value) - 1] = 1;
  }
  const bounds: number[] = [];
  let rowsLeft = sorted.length;
  let rowsInBin = 0;
  for (let index = 0; index + 1 < distinct.length; index++) {
    const count = counts[index] as number;
    rowsInBin += count;
    const binsLeft = BINS_MAX - bounds.length;
    // Every value its own bin while they fit; otherwise close the bin when it has its fair share of what is left.
    const fits = distinct.length - index <= binsLeft;
    if (!fits && rowsInBin < rowsLeft / binsLeft) continue;
    if (bounds.length === BINS_MAX - 1) break;
    bounds.push(between(distinct[index] as number, distinct[index + 1] as number));
    rowsLeft -= rowsInBin;
    rowsInBin = 0;
  }
  return Float64Array.from([...bounds, Number.POSITIVE_INFINITY]);
}

/** A number `t` with `lower <= t < upper`. */
function between(lower: number, upper: number): number {
  const middle = lower + (upper - lower) / 2;
  return middle < upper ? middle : lower;
}

/** Index of the first bound `>= value`. The last bound is Infinity. */
function firstAtLeast(bounds: Float64Array, value: number): number {
  let low = 0;
  let high = bounds.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bounds[middle] as number) >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
