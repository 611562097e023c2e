/**
 * Vickrey, Clarke and Groves for slots that are looked at less the lower they stand: each winner pays what its presence
 * takes from the ads below it. Bidding the true value is best whatever the others bid.
 *
 * Slot k of K, factors a(1) ≥ … ≥ a(K), a(K+1) = 0; s(j) the score of rank j, q the winner's own bonus, f its floor:
 *   payment = sum over j = k … K of (a(j) - a(j+1)) × max(s(j+1) - q, f)
 * per thousand appearances of the slot, so a(k) times that per thousand impressions. A threshold below the floor counts as
 * the floor, as a bidder of exactly that bid would be turned away: with the maximum inside the sum, floors of their own
 * for every ad keep the mechanism truthful.
 */
import { roundMicros } from "@tenon/ads-model";
import { priceAgainst } from "./generalised-second-price.ts";
import { type AuctionRules, leastPrice, type PricedBid, type PricingRule, type RankedBid } from "./ranked-bid.ts";

export const vcg: PricingRule = (ranked, count, rules) =>
  ranked.slice(0, count).map((winner, rank) => {
    // A reserve is shown only in the place of a winner that blending left out: its rival is the next reserve.
    if (rank >= rules.slots) return priceAgainst(winner, ranked[rank + 1]);
    return priceOfSlot(ranked, rank, rules);
  });

function priceOfSlot(ranked: readonly RankedBid[], rank: number, rules: AuctionRules): PricedBid {
  const winner = ranked[rank] as RankedBid;
  let paymentMicros = 0;
  for (let slot = rank; slot < rules.slots; slot++) {
    const below = ranked[slot + 1];
    const competitionMicros = below === undefined ? Number.NEGATIVE_INFINITY : below.ecpmMicros - winner.qualityMicros;
    const lost = factorOf(rules, slot) - factorOf(rules, slot + 1);
    paymentMicros += lost * Math.max(competitionMicros, winner.floorMicros);
  }
  const next = ranked[rank + 1];
  const isContested = next !== undefined && next.ecpmMicros - winner.qualityMicros > winner.floorMicros;
  return {
    chargedPriceMicros: leastPrice(winner, roundMicros(paymentMicros / factorOf(rules, rank))),
    setterAdId: isContested ? next.adId : undefined,
  };
}

/** The chance that slot `slot`, counted from 0, is looked at. */
export function factorOf({ slots, slotFactors }: AuctionRules, slot: number): number {
  if (slot >= slots) return 0;
  return slotFactors[slot] ?? slotFactors.at(-1) ?? 1;
}
