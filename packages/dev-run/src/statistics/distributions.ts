/** Distances between two samples of numbers. */

export type Sample = readonly number[];

const BINS = 10;
/** Stands for an empty bin: without it one value in a new place would be an infinite distance. */
const SHARE_MIN = 1e-4;

/**
 * Two-sample Kolmogorov-Smirnov statistic: the largest distance between the two empirical distribution functions, 0 to 1.
 * Source: Smirnov (1948), Annals of Mathematical Statistics 19(2).
 */
export function ksStatistic(base: Sample, head: Sample): number {
  const [left, right] = [sorted(base), sorted(head)];
  let [atLeft, atRight, largest] = [0, 0, 0];
  while (atLeft < left.length && atRight < right.length) {
    const value = Math.min(left[atLeft] as number, right[atRight] as number);
    while (left[atLeft] === value) atLeft++;
    while (right[atRight] === value) atRight++;
    largest = Math.max(largest, Math.abs(atLeft / left.length - atRight / right.length));
  }
  return largest;
}

/**
 * Population stability index over ten bins of equal counts in the base: Σ (h − b) · ln(h / b) of the shares. Below 0.1
 * counts as stable, above 0.25 as shifted. Source: Siddiqi, Credit Risk Scorecards (2006), chapter 9: the symmetric
 * Kullback-Leibler divergence (Jeffreys 1946) of binned shares.
 */
export function populationStability(base: Sample, head: Sample): number {
  const ascending = sorted(base);
  const edges = new Set(
    Array.from(
      { length: BINS - 1 },
      (_, bin) => ascending[Math.floor(((bin + 1) * ascending.length) / BINS)] as number,
    ),
  );
  const bounds = [...edges];
  return stabilityOfShares(shares(base, bounds), shares(head, bounds));
}

/** The index for shares that are binned already: they sum to 1 on each side. */
export function stabilityOfShares(base: readonly number[], head: readonly number[]): number {
  return base.reduce((sum, each, bin) => {
    const [left, right] = [Math.max(each, SHARE_MIN), Math.max(head[bin] ?? 0, SHARE_MIN)];
    return sum + (right - left) * Math.log(right / left);
  }, 0);
}

/** Share of values per bin; a value on a bound belongs to the bin above it. */
function shares(sample: Sample, bounds: readonly number[]): readonly number[] {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  for (const value of sample) {
    const bin = bounds.findIndex((bound) => value < bound);
    counts[bin === -1 ? bounds.length : bin] = (counts[bin === -1 ? bounds.length : bin] as number) + 1;
  }
  return counts.map((count) => count / sample.length);
}

function sorted(sample: Sample): Float64Array {
  return Float64Array.from(sample).sort();
}
