/** Bids, floors, budgets and caps of generated campaigns. All seeded; medians follow the category and the brand's popularity. */
import {
  type Bid,
  type Budget,
  bidMicros,
  cpmMicros,
  dollars,
  type EcpmMicros,
  ecpmMicros,
  type FrequencyCap,
  impressionCount,
  microsFromDollars,
  multiplyMicros,
  type Objective,
} from "@tenon/ads-model";
import { clickPriceDollars } from "./category-traits.ts";
import type { Random } from "./random.ts";

/** Spread of offers within a category, as the standard deviation of their logarithm: the middle two thirds lie within ×/÷ 1.65. */
const BID_SPREAD = 0.5;
const BUDGET_SPREAD = 0.6;
const FLOOR_SPREAD = 0.3;
/** Click rate that makes a price per thousand impressions comparable with one per click. */
const CLICK_RATE_ASSUMED = 0.012;
/** A floor at a fifth of a typical offer rejects the lowest few per cent. */
const FLOOR_SHARE = 0.2;
/** Least amounts: cents, as buyers enter them. */
const BID_DOLLARS_MIN = 0.02;
const DAILY_DOLLARS_MIN = 5;
/** Daily budget of the best known brand, relative to an unknown one: e^5, about 150. */
const POPULARITY_EXPONENT = 5;
const OVERDELIVERY_RATIO_MAX = 0.25;

export function generateBid(objective: Objective, categoryPath: string, random: Random): Bid {
  const perClick = spread(clickPriceDollars(categoryPath), BID_SPREAD, random);
  if (objective === "clicks") return { pays: "perClick", bidMicros: bidMicros(cents(perClick)) };
  return { pays: "perThousandImpressions", cpmMicros: cpmMicros(cents(perClick * CLICK_RATE_ASSUMED * 1_000)) };
}

export function generateFloor(categoryPath: string, random: Random): EcpmMicros {
  const typical = clickPriceDollars(categoryPath) * CLICK_RATE_ASSUMED * 1_000;
  return ecpmMicros(cents(spread(typical * FLOOR_SHARE, FLOOR_SPREAD, random)));
}

export function generateBudget(popularity: number, days: number, random: Random): Budget {
  const daily = cents(
    Math.max(
      DAILY_DOLLARS_MIN,
      spread(DAILY_DOLLARS_MIN * Math.exp(POPULARITY_EXPONENT * popularity), BUDGET_SPREAD, random),
    ),
  );
  return {
    lifetime: { kind: "hardLifetime", capMicros: multiplyMicros(daily, days) },
    daily: random.chance(0.9)
      ? { kind: "softDaily", capMicros: daily, overdeliveryRatioMax: OVERDELIVERY_RATIO_MAX }
      : null,
    pacing: random.chance(0.85) ? "even" : "asFastAsPossible",
  };
}

/** None to three caps, narrowest level first. */
export function generateFrequencyCaps(random: Random): FrequencyCap[] {
  const caps: FrequencyCap[] = [];
  if (random.chance(0.2))
    caps.push({ level: "ad", windowDays: 30, impressionsMax: impressionCount(5 + random.below(26)) });
  if (random.chance(0.7))
    caps.push({ level: "campaign", windowDays: 7, impressionsMax: impressionCount(3 + random.below(10)) });
  if (random.chance(0.3))
    caps.push({ level: "advertiser", windowDays: 1, impressionsMax: impressionCount(2 + random.below(4)) });
  return caps;
}

/** Log-normal around `median`. */
function spread(median: number, deviation: number, random: Random): number {
  return median * Math.exp(deviation * random.normal());
}

/** Micros of an amount rounded to cents, at least the least bid. */
function cents(amount: number) {
  return microsFromDollars(dollars(Math.max(BID_DOLLARS_MIN, Math.round(amount * 100) / 100)));
}
