/**
 * Generalised second price, weighted: each winner pays the least that would have kept its rank (Edelman, Ostrovsky and
 * Schwarz, "Internet advertising and the generalized second-price auction", 2007).
 *
 * It is not truthful: a lower rank at a much lower price can be worth more than the rank a true bid wins. Advertisers who
 * know this shade their bids; the mechanism is chosen for its revenue and because a price is explained in one sentence.
 */
import { leastPrice, type PricedBid, type PricingRule, type RankedBid } from "./ranked-bid.ts";

export const generalisedSecondPrice: PricingRule = (ranked, count) =>
  ranked.slice(0, count).map((winner, rank) => priceAgainst(winner, ranked[rank + 1]));

/** The price of a winner whose nearest competitor is `next`. */
export function priceAgainst(winner: RankedBid, next: RankedBid | undefined): PricedBid {
  const competitionMicros = next === undefined ? Number.NEGATIVE_INFINITY : next.ecpmMicros - winner.qualityMicros;
  const isContested = competitionMicros > winner.floorMicros;
  return {
    chargedPriceMicros: leastPrice(winner, Math.max(competitionMicros, winner.floorMicros)),
    setterAdId: isContested ? next?.adId : undefined,
  };
}
