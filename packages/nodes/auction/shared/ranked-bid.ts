/** One auction as data: what the pricing rules know of an ad, and the price they set. Integer micros throughout. */
import {
  type AdId,
  type Bid,
  bidMicros,
  type EcpmMicros,
  ecpmFromBid,
  type Micros,
  type Probability,
} from "@tenon/ads-model";

export interface RankedBid {
  readonly adId: AdId;
  readonly bid: Bid;
  readonly clickProbability: Probability;
  /** What the ad is ranked by. */
  readonly ecpmMicros: EcpmMicros;
  /** Expected payment for a thousand impressions at the full bid. */
  readonly bidEcpmMicros: EcpmMicros;
  /** The difference of the two: a bonus that is no money. */
  readonly qualityMicros: Micros;
  /** Least expected payment for a thousand impressions. */
  readonly floorMicros: EcpmMicros;
}

export interface PricedBid {
  /** Per click or per thousand impressions, whichever the bid pays for; never more than the bid. */
  readonly chargedPriceMicros: number;
  /** The ad that set the price; `undefined` where the floor or the ad's own bid did. */
  readonly setterAdId: AdId | undefined;
}

export interface AuctionRules {
  /** Slots that are sold; ranks beyond are reserves. */
  readonly slots: number;
  /** Chance of being looked at by slot; the last one holds for all further slots. */
  readonly slotFactors: readonly number[];
}

/** Prices of the first `count` of `ranked`. `ranked`: best first, (score, descending; id, ascending); all reach their floors. */
export type PricingRule = (ranked: readonly RankedBid[], count: number, rules: AuctionRules) => readonly PricedBid[];

/** Best first; equal scores by id. */
export function compareRank(left: RankedBid, right: RankedBid): number {
  return right.ecpmMicros - left.ecpmMicros || left.adId - right.adId;
}

/**
 * The least price at which the ad's expected payment is still `requiredMicros`, found by search over whole micros with the
 * very function that scores bids. So a price needs no rounding: it is the smallest bid that would have been enough, which
 * is never above the ad's own bid and does not depend on it. A bid that misses what is required (by a floor's tolerance)
 * pays itself.
 */
export function leastPrice({ bid, bidEcpmMicros, clickProbability }: RankedBid, requiredMicros: number): number {
  if (bid.pays === "perThousandImpressions") return Math.min(bid.cpmMicros, Math.max(0, requiredMicros));
  if (bidEcpmMicros < requiredMicros) return bid.bidMicros;
  let tooLow = -1;
  let enough: number = bid.bidMicros;
  while (enough - tooLow > 1) {
    const middle = tooLow + Math.floor((enough - tooLow) / 2);
    if (ecpmFromBid(bidMicros(middle), clickProbability) >= requiredMicros) enough = middle;
    else tooLow = middle;
  }
  return enough;
}
