/** The only conversions between money units (M2 in money.ts). All round by `roundMicros`. */
import type { ImpressionCount } from "./counts.ts";
import { InvalidValueError } from "./invalid-value-error.ts";
import {
  type BidMicros,
  bidMicros,
  type CpmMicros,
  type EcpmMicros,
  ecpmMicros,
  type Micros,
  roundMicros,
} from "./money.ts";
import type { Probability } from "./probability.ts";

export const IMPRESSIONS_PER_CPM = 1_000;

/** Expected value of a thousand impressions of an ad that pays `bid` per click. */
export function ecpmFromBid(bid: BidMicros, clickProbability: Probability): EcpmMicros {
  return ecpmMicros(roundMicros(bid * clickProbability * IMPRESSIONS_PER_CPM));
}

/** A price per thousand impressions is its own expected value: nothing has to happen after the impression. */
export function ecpmFromCpm(price: CpmMicros): EcpmMicros {
  return ecpmMicros(price);
}

/**
 * The price per click at which an ad of this click probability is worth `ecpm`; the pricing rule of a second-price auction.
 * `ecpm` is rounded, so for tiny probabilities the result can exceed the ad's own bid by 0.5 / (1000 p) micros:
 * an auction charges `minMicros(bid, …)`.
 * @throws InvalidValueError when the probability is 0, for no price per click has a value then.
 */
export function bidFromEcpm(ecpm: EcpmMicros, clickProbability: Probability): BidMicros {
  if (clickProbability === 0) {
    throw new InvalidValueError({
      noun: "Click probability of a price per click",
      expected: "more than 0",
      found: clickProbability,
      hint: "drop the ad before pricing",
    });
  }
  return bidMicros(roundMicros(ecpm / (clickProbability * IMPRESSIONS_PER_CPM)));
}

/** What one click at this price costs. */
export function chargeForClick(price: BidMicros): Micros {
  return roundMicros(price);
}

/**
 * What `impressions` at this price cost. Round once over the batch that is billed: billing single impressions rounds each, and
 * the bill then differs from the price by up to half a micro per impression.
 */
export function chargeForImpressions(price: CpmMicros, impressions: ImpressionCount): Micros {
  return roundMicros((price * impressions) / IMPRESSIONS_PER_CPM);
}
