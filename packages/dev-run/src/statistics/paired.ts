/** Tests of differences between two versions that answered the same requests. */

/** Discordant pairs from which on the chi-square form is close enough. */
const EXACT_PAIRS_MAX = 1_000;

/**
 * McNemar's exact test for paired yes/no answers: the two-sided p-value of a fair coin over the pairs that differ.
 * Source: McNemar (1947), Psychometrika 12; exact form in Agresti, Categorical Data Analysis, section 11.1. Above a
 * thousand such pairs the chi-square form with continuity correction (Edwards 1948).
 *
 * @param gained pairs where only the head says yes
 * @param lost pairs where only the base says yes
 */
export function mcNemar(gained: number, lost: number): number {
  const pairs = gained + lost;
  if (pairs === 0) return 1;
  if (pairs > EXACT_PAIRS_MAX) {
    const statistic = Math.max(0, Math.abs(gained - lost) - 1) ** 2 / pairs;
    return chiSquareTail(statistic);
  }
  const fewer = Math.min(gained, lost);
  let tail = 0;
  let logTerm = -pairs * Math.LN2;
  for (let at = 0; at <= fewer; at++) {
    if (at > 0) logTerm += Math.log((pairs - at + 1) / at);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided: how often a resampled mean lies on the other side of zero. */
  readonly p: number;
}

const RESAMPLES = 2_000;

/**
 * Percentile bootstrap of the mean of paired differences, 95 %, with a fixed seed: the same report for the same runs.
 * Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 8 and 13.
 */
export function pairedBootstrap(differences: readonly number[], seed: number): Interval {
  const { length } = differences;
  if (length === 0) return { mean: 0, low: 0, high: 0, p: 1 };
  const mean = differences.reduce((sum, each) => sum + each, 0) / length;
  if (differences.every((each) => each === differences[0])) {
    return { mean, low: mean, high: mean, p: mean === 0 ? 1 : 1 / RESAMPLES };
  }
  const random = randomOf(seed);
  const means = new Float64Array(RESAMPLES);
  for (let round = 0; round < RESAMPLES; round++) {
    let sum = 0;
    for (let at = 0; at < length; at++) sum += differences[Math.floor(random() * length)] as number;
    means[round] = sum / length;
  }
  means.sort();
  const at = (share: number) => means[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))] as number;
  const below = means.filter((each) => each <= 0).length / RESAMPLES;
  const above = means.filter((each) => each >= 0).length / RESAMPLES;
  return { mean, low: at(0.025), high: at(0.975), p: Math.min(1, Math.max(2 * Math.min(below, above), 1 / RESAMPLES)) };
}

/**
 * Benjamini and Hochberg's adjusted p-values: what is called a difference at q is false in at most that share of cases.
 * Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57(1).
 */
export function benjaminiHochberg(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((_, at) => at).sort((one, other) => (pValues[other] as number) - (pValues[one] as number));
  const adjusted = new Array<number>(pValues.length);
  let least = 1;
  for (const [position, at] of order.entries()) {
    least = Math.min(least, ((pValues[at] as number) * pValues.length) / (pValues.length - position));
    adjusted[at] = least;
  }
  return adjusted;
}

/**
 * Largest rate that n trials without one case leave possible at 95 %: 3/n, the "rule of three".
 * Source: Hanley and Lippman-Hand (1983), JAMA 249(13).
 */
export function rateBelow(trials: number): number {
  return trials === 0 ? 1 : Math.min(1, 3 / trials);
}

/** Upper tail of the chi-square distribution with one degree of freedom: erfc(√(x/2)). */
function chiSquareTail(statistic: number): number {
  return complementaryError(Math.sqrt(statistic / 2));
}

/** erfc for x ≥ 0, relative error below 1.2e-7: Press et al., Numerical Recipes, section 6.2 (Chebyshev fit). */
function complementaryError(x: number): number {
  const t = 1 / (1 + x / 2);
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const fit = coefficients.reduceRight((sum, each) => sum * t + each, 0);
  return t * Math.exp(-x * x + fit);
}

/** mulberry32: 32 bits of state are enough to draw positions. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
