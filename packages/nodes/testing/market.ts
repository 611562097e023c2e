/** Auctions as data, for properties of the pricing rules: markets drawn from a seed, and one auction from bids to prices. */
import { adId, type Bid, bidMicros, cpmMicros, ecpmFromBid, ecpmMicros, micros, probability } from "@tenon/ads-model";
import { auctionScore } from "../auction/shared/auction-score.ts";
import {
  type AuctionRules,
  compareRank,
  type PricedBid,
  type PricingRule,
  type RankedBid,
} from "../auction/shared/ranked-bid.ts";

/** One advertiser: what a click is worth to it, and what the auction knows. Micros. */
export interface Bidder {
  readonly id: number;
  readonly valueMicros: number;
  readonly clickProbability: number;
  readonly qualityMicros: number;
  readonly floorMicros: number;
}

export interface Market {
  readonly bidders: readonly Bidder[];
  readonly rules: AuctionRules;
}

export interface Outcome {
  /** Rank, price and utility of each bidder that got a slot, by id. Utility: micros per thousand appearances of the slots. */
  readonly won: ReadonlyMap<number, PricedBid & { readonly rank: number; readonly utilityMicros: number }>;
  /** Expected payments for a thousand requests. */
  readonly revenueMicros: number;
}

export function rankedBid(bidder: Bidder, bid: Bid): RankedBid {
  const clickProbability = probability(bidder.clickProbability);
  const { bidEcpmMicros } = auctionScore(bid, { clickProbability, qualityScore: 0, qualityWeightMicros: 0 });
  return {
    adId: adId(bidder.id),
    bid,
    clickProbability,
    bidEcpmMicros,
    qualityMicros: micros(bidder.qualityMicros),
    ecpmMicros: ecpmMicros(bidEcpmMicros + bidder.qualityMicros),
    floorMicros: ecpmMicros(bidder.floorMicros),
  };
}

/** Runs one auction of bids per click: floors, ranks, prices. `bids`: micros per click, by bidder. */
export function runAuction({ bidders, rules }: Market, bids: readonly number[], rule: PricingRule): Outcome {
  const ranked = bidders
    .map((bidder, at) => rankedBid(bidder, { pays: "perClick", bidMicros: bidMicros(bids[at] as number) }))
    .filter(({ bidEcpmMicros, floorMicros }) => bidEcpmMicros >= floorMicros)
    .sort(compareRank);
  const count = Math.min(rules.slots, ranked.length);
  const prices = rule(ranked, count, rules);
  const won = new Map<number, PricedBid & { rank: number; utilityMicros: number }>();
  let revenueMicros = 0;
  for (const [rank, price] of prices.entries()) {
    const { adId: id, clickProbability } = ranked[rank] as RankedBid;
    const { valueMicros } = bidders.find((each) => each.id === id) as Bidder;
    const clicksPerThousand = 1_000 * clickProbability * (rules.slotFactors[rank] as number);
    won.set(id, { ...price, rank, utilityMicros: clicksPerThousand * (valueMicros - price.chargedPriceMicros) });
    revenueMicros += clicksPerThousand * price.chargedPriceMicros;
  }
  return { won, revenueMicros };
}

/** Even numbers in [0, 1) by seed (mulberry32): 20,000 markets must cost milliseconds. */
export function drawsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** 2 to 8 bidders, 1 to 4 slots, bonuses and floors of their own for half of the bidders. */
export function drawMarket(draw: () => number): Market {
  const whole = (most: number): number => Math.floor(draw() * (most + 1));
  const slots = 1 + whole(3);
  const slotFactors = Array.from({ length: slots }, () => 0.05 + 0.95 * draw()).sort((left, right) => right - left);
  const bidders = Array.from({ length: 2 + whole(6) }, (_, at): Bidder => {
    const clickProbability = 0.002 + 0.1 * draw();
    return {
      id: at + 1,
      valueMicros: 50_000 + whole(5_000_000),
      clickProbability,
      qualityMicros: draw() < 0.5 ? 0 : whole(50_000_000),
      floorMicros: draw() < 0.5 ? 0 : ecpmFromBid(bidMicros(whole(1_500_000)), probability(clickProbability)),
    };
  });
  return { bidders, rules: { slots, slotFactors } };
}

export const perThousand = (price: number): Bid => ({ pays: "perThousandImpressions", cpmMicros: cpmMicros(price) });
