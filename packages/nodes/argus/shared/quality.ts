/**
 * Rates and quality of an ad.
 *
 * rate = (count + prior × weight) / (chances + weight): an ad that few people saw is near the market's own rate, and moves away
 * from it as evidence comes in. A Beta prior with `prior × weight` successes.
 *
 * quality = reviewScore × (1 - 0.5 × excess), to three decimals, where excess is how far the share of impressions that users hid
 * lies between 0.002 (what any ad gets) and 0.02 (an ad that annoys), 0 to 1. So the reviewers' score stands until users object,
 * and halves at worst.
 */

const PRIORS = {
  click: { prior: 0.01, weight: 200 },
  conversion: { prior: 0.02, weight: 50 },
  hide: { prior: 0.0005, weight: 2_000 },
} as const;

const HIDE_RATE_USUAL = 0.002;
const HIDE_RATE_WORST = 0.02;
const PENALTY_MAX = 0.5;
const DECIMALS = 1_000;
/** Mean of reviewed creatives, for one that no signal has come of yet. */
export const QUALITY_UNREVIEWED = 0.7;

/** 0 to 1, also where more is counted than could be: counters of two systems do not agree to the last event. */
export function smoothedRate(kind: keyof typeof PRIORS, count: number, chances: number): number {
  const { prior, weight } = PRIORS[kind];
  return Math.min(1, (count + prior * weight) / (chances + weight));
}

/** 0 to 1, three decimals. */
export function qualityScoreOf({ reviewScore, hideRate30d }: { reviewScore: number; hideRate30d: number }): number {
  const excess = (hideRate30d - HIDE_RATE_USUAL) / (HIDE_RATE_WORST - HIDE_RATE_USUAL);
  const kept = 1 - PENALTY_MAX * Math.min(1, Math.max(0, excess));
  return Math.round(DECIMALS * reviewScore * kept) / DECIMALS;
}
