import { type Micros, minMicros, roundMicros } from "@tenon/ads-model";
import { GraphError } from "@tenon/graph-core";
import { type Division, divide, type Market, marketOf } from "./pacing-market.ts";
import { newtonRound, startAt } from "./pacing-newton.ts";

export interface PacedCampaign {
  /** Above 0. */
  readonly budgetMicros: Micros;
  /** Per auction, the expected payment at the full bid, 0 or more; 0: takes no part. As many for every campaign. */
  readonly bidsMicros: readonly Micros[];
}

export interface PacingEquilibrium {
  /** Per campaign, what its bids are multiplied by: above 0, at most 1. */
  readonly multipliers: readonly number[];
  /** Per campaign, what it pays; never more than its budget. */
  readonly spendMicros: readonly Micros[];
  /** Per campaign and auction, the part of the auction it wins; several campaigns with equal paced bids divide one. */
  readonly shares: readonly (readonly number[])[];
  /**
   * How far this is from the equilibrium: revenue that goes missing because shares go to others than the highest paced
   * bid, as a share of the revenue. Measured: 1e-12 and less, up to 1e-8 where bids tie without deciding anything.
   */
  readonly gap: number;
}

/** Where rounding ends the search; markets without ties come this close. */
const GAP_AIM = 1e-12;
/** Markets take 15 to 50 rounds; further ones find nothing. */
const ROUNDS_MAX = 80;
/** A start is moved this far away from 0 and 1, where no step leads out. */
const START_MARGIN = 0.01;

/**
 * The multipliers at which budgets hold in first-price auctions: each campaign bids multiplier × bid, the highest paced
 * bid wins and pays it, no campaign spends more than its budget, and one that spends less is not held back
 * (multiplier 1). This equilibrium exists, is unique, and is the highest set of multipliers that keeps every budget, so
 * that a higher budget lowers nobody's multiplier and one auction more raises nobody's. One campaign more can raise
 * another's, by taking auctions off it, but lowers no price.
 *
 * Source: Conitzer, Kroer, Panigrahi, Schrijvers, Sodomka, Stier-Moses and Wilkens, "Pacing equilibrium in first price
 * auction markets", 2019: it is the solution of the quasi-linear Eisenberg-Gale program. That program is convex and its
 * optimum unique in the multipliers, so an interior-point method solves it from any start; proportional response, the
 * simple first-order method, was measured against it and needs 10,000 rounds and more where bids tie. The result does not
 * rest on trust in the steps: every division of the auctions has a computable distance from the equilibrium, `gap`.
 *
 * `start`: multipliers to begin with, per campaign, 0 to 1; they change the number of rounds, not the result.
 * Cost: per round, bids × campaigns. For hundreds of campaigns, not thousands.
 *
 * @throws GraphError TENON1850 when budgets, bids and start do not describe a market.
 */
export function pacingEquilibrium(
  campaigns: readonly PacedCampaign[],
  { start }: { readonly start?: readonly number[] } = {},
): PacingEquilibrium {
  requireMarket(campaigns, start);
  const market = marketOf(campaigns);
  return resultOf(campaigns, market, solve(market, start));
}

function solve(market: Market, start: readonly number[] | undefined): Division {
  const multipliers = Float64Array.from({ length: market.campaigns }, (_, campaign) =>
    Math.min(1 - START_MARGIN, Math.max(START_MARGIN, start?.[campaign] ?? 0.5)),
  );
  const iterate = startAt(market, multipliers);
  let best = divide(market, iterate.shares);
  for (let round = 0; round < ROUNDS_MAX && best.gap > GAP_AIM; round++) {
    newtonRound(market, iterate);
    const found = divide(market, iterate.shares);
    // Rounding has eaten the last digits: later rounds only add noise.
    if (Number.isNaN(found.gap)) break;
    // Not every round comes closer: the first ones leave the start, the last ones may wander by rounding.
    if (found.gap < best.gap) best = found;
  }
  return best;
}

function resultOf(campaigns: readonly PacedCampaign[], market: Market, division: Division): PacingEquilibrium {
  const shares = campaigns.map(() => new Array<number>(market.auctions).fill(0));
  for (let auction = 0; auction < market.auctions; auction++) {
    for (let at = market.firstBid[auction] as number; at < (market.firstBid[auction + 1] as number); at++)
      (shares[market.bidders[at] as number] as number[])[auction] = division.shares[at] as number;
  }
  return {
    multipliers: Array.from(division.multipliers),
    spendMicros: campaigns.map(({ budgetMicros }, campaign) =>
      // Scaling back can round a spent budget up by a micro.
      minMicros(roundMicros((division.spends[campaign] as number) * market.unitMicros), budgetMicros),
    ),
    shares,
    gap: division.gap,
  };
}

function requireMarket(campaigns: readonly PacedCampaign[], start: readonly number[] | undefined): void {
  const auctions = campaigns[0]?.bidsMicros.length ?? 0;
  for (const [at, { budgetMicros, bidsMicros }] of campaigns.entries()) {
    if (!(Number.isSafeInteger(budgetMicros) && budgetMicros > 0))
      throw marketError(`the budget of campaign ${at} is not one`, "whole micros above 0", budgetMicros);
    if (bidsMicros.length !== auctions)
      throw marketError(`campaign ${at} has bids for other auctions`, `${auctions} bids`, bidsMicros.length);
    for (const bid of bidsMicros) {
      if (!(Number.isSafeInteger(bid) && bid >= 0))
        throw marketError(`a bid of campaign ${at} is not one`, "whole micros, 0 or more", bid);
    }
  }
  if (start === undefined) return;
  if (start.length !== campaigns.length)
    throw marketError("the start has other campaigns than the market", `${campaigns.length} multipliers`, start.length);
  for (const multiplier of start) {
    if (!(multiplier >= 0 && multiplier <= 1))
      throw marketError("a start is no multiplier", "a number from 0 to 1", multiplier);
  }
}

function marketError(problem: string, expected: string, found: number): GraphError {
  return new GraphError(problem, {
    code: "TENON1850",
    category: "input",
    detail: `expected ${expected}, found ${found}`,
    hint: "give every campaign a budget and one bid per auction, 0 where it takes no part",
  });
}
