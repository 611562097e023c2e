import type { AdId } from "@tenon/ads-model";
import { GraphError } from "@tenon/graph-core";

export interface LotteryEntry {
  readonly adId: AdId;
  /** Whole, 0 or more: 0 never wins. */
  readonly balls: number;
}

export interface LotteryRules {
  /**
   * Size of the sack. What the entries leave of it is filled with balls that win for nobody, so that an ad with 10 of 100
   * balls wins one request in ten even when it is alone; entries with more than this together share it in proportion.
   */
  readonly sackMin: number;
  /** Even in [0, 1): a named draw of the context, `random("lottery", index)`. */
  readonly draw: number;
}

/** The draw has 53 bits: with a sack of 2^32 the chances of two balls differ by less than one in two million. */
const SACK_MAX = 2 ** 32;

/**
 * Draws one ball. The winner, or `undefined` when the ball is nobody's. An entry's chance is its balls over the larger of
 * the sack and all balls; the same draw over the same entries has the same winner, in whatever order they are listed.
 *
 * Source: the lottery priorities of Kevel and Revive (weights out of a maximum, "no winner" balls).
 *
 * @throws GraphError TENON1851 when an ad is listed twice, balls are not whole numbers from 0 on, or sack and draw are out
 *   of range.
 */
export function drawLottery(entries: readonly LotteryEntry[], { sackMin, draw }: LotteryRules): AdId | undefined {
  if (!(draw >= 0 && draw < 1)) throw lotteryError("the draw is not one", "0 or more, less than 1", draw);
  const balls = requireBalls(entries);
  if (!isCount(sackMin)) throw lotteryError("the sack has no size", "a whole number, 0 or more", sackMin);
  const sack = Math.max(sackMin, balls);
  if (sack > SACK_MAX) throw lotteryError("the sack is too large", `at most ${SACK_MAX} balls`, sack);
  // Rounding of the product cannot reach the sack: draw is at most 1 - 2^-53, and the sack has 32 bits.
  let ball = Math.floor(draw * sack);
  for (const { adId, balls: own } of entries.toSorted((left, right) => left.adId - right.adId)) {
    if (ball < own) return adId;
    ball -= own;
  }
  return undefined;
}

/** All balls of the entries. */
function requireBalls(entries: readonly LotteryEntry[]): number {
  const seen = new Set<AdId>();
  let sum = 0;
  for (const { adId, balls } of entries) {
    if (seen.has(adId)) throw lotteryError(`ad ${adId} takes part twice`, "one entry per ad", 2);
    seen.add(adId);
    if (!isCount(balls))
      throw lotteryError(`the balls of ad ${adId} cannot be counted`, "a whole number, 0 or more", balls);
    sum += balls;
  }
  return sum;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function lotteryError(problem: string, expected: string, found: number): GraphError {
  return new GraphError(`lottery: ${problem}`, {
    code: "TENON1851",
    category: "input",
    detail: `expected ${expected}, found ${found}`,
    hint: 'give each ad once, with whole balls, and draw with random("lottery", index)',
  });
}
