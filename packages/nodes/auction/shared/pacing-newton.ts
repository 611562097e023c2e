/**
 * Primal-dual interior-point steps for the Eisenberg-Gale program of a first-price market. The dual program is
 *
 *   least Σ price(auction) − Σ budget(campaign) · log multiplier(campaign)
 *   with price ≥ multiplier × bid for every bid, and multiplier ≤ 1;
 *
 * the shares of the auctions are the prices of its first constraints (method: Wright, "Primal-Dual Interior-Point
 * Methods", 1997, chapter 5). Eliminating prices and shares leaves one symmetric positive definite system with a row per
 * campaign.
 *
 * N1 Shares, slacks, multipliers and rooms stay above 0.
 * N2 Slacks are variables of their own: computed as price − paced bid they would lose their digits where it matters.
 */
import type { Market } from "./pacing-market.ts";

/** Each round aims at this much of the mean product of share and slack that it found. */
const CENTRING = 0.1;
/** Part of the way to the nearest bound that a step may go. */
const STEP_TO_BOUND = 0.95;

export interface Iterate {
  readonly multipliers: Float64Array;
  /** 1 − multiplier, and the price of that constraint. */
  readonly rooms: Float64Array;
  readonly roomPrices: Float64Array;
  readonly prices: Float64Array;
  /** By bid. */
  readonly slacks: Float64Array;
  readonly shares: Float64Array;
}

/** Every auction divided evenly, at these multipliers (between 0 and 1, bounds excluded). */
export function startAt(market: Market, multipliers: Float64Array): Iterate {
  const { auctions, firstBid, bidders, bids, budgets } = market;
  const prices = new Float64Array(auctions);
  const slacks = new Float64Array(bids.length);
  const shares = new Float64Array(bids.length);
  for (let auction = 0; auction < auctions; auction++) {
    const start = firstBid[auction] as number;
    const end = firstBid[auction + 1] as number;
    let best = 0;
    for (let at = start; at < end; at++) best = Math.max(best, bids[at] as number);
    prices[auction] = 2 * best;
    for (let at = start; at < end; at++) {
      slacks[at] = 2 * best - (bids[at] as number) * (multipliers[bidders[at] as number] as number);
      shares[at] = 1 / (end - start);
    }
  }
  return {
    multipliers,
    rooms: multipliers.map((multiplier) => 1 - multiplier),
    roomPrices: budgets.slice(),
    prices,
    slacks,
    shares,
  };
}

/** One round of Newton's method towards the central path, cut short of the bounds. Changes `iterate`. Cost: bids × campaigns. */
export function newtonRound(market: Market, iterate: Iterate): void {
  const target = CENTRING * meanProduct(iterate);
  const system = newtonSystem(market, iterate, target);
  const step = directionOf(market, iterate, target, system);
  const columns = ["multipliers", "rooms", "roomPrices", "slacks", "shares"] as const;
  let length = 1;
  for (const name of columns) {
    for (let at = 0; at < step[name].length; at++) {
      const change = step[name][at] as number;
      if (change < 0) length = Math.min(length, (-STEP_TO_BOUND * (iterate[name][at] as number)) / change);
    }
  }
  for (const name of [...columns, "prices"] as const) {
    for (let at = 0; at < step[name].length; at++)
      iterate[name][at] = (iterate[name][at] as number) + length * (step[name][at] as number);
  }
}

function meanProduct({ rooms, roomPrices, slacks, shares }: Iterate): number {
  let sum = 0;
  for (let at = 0; at < slacks.length; at++) sum += (slacks[at] as number) * (shares[at] as number);
  for (let at = 0; at < rooms.length; at++) sum += (rooms[at] as number) * (roomPrices[at] as number);
  return sum / (slacks.length + rooms.length);
}

interface NewtonSystem {
  /** Change of the multipliers. */
  readonly multipliers: Float64Array;
  /** By auction: change of its price = (constant + Σ stiffness × bid × change of the bidder's multiplier) / stiffness. */
  readonly priceConstants: Float64Array;
  readonly priceStiffness: Float64Array;
}

function newtonSystem(market: Market, iterate: Iterate, target: number): NewtonSystem {
  const { campaigns, auctions, budgets, firstBid, bidders, bids } = market;
  const { multipliers, rooms, roomPrices, prices, slacks, shares } = iterate;
  const matrix = new Float64Array(campaigns * campaigns);
  const right = new Float64Array(campaigns);
  const add = (campaign: number, amount: number) => {
    right[campaign] = (right[campaign] as number) + amount;
  };
  for (let campaign = 0; campaign < campaigns; campaign++) {
    const multiplier = multipliers[campaign] as number;
    const room = rooms[campaign] as number;
    const budget = budgets[campaign] as number;
    const stiffness = (roomPrices[campaign] as number) / room;
    matrix[campaign * campaigns + campaign] = budget / multiplier ** 2 + stiffness;
    add(campaign, budget / multiplier - target / room + stiffness * (1 - multiplier - room));
  }
  const priceConstants = new Float64Array(auctions);
  const priceStiffness = new Float64Array(auctions);
  const stiffnesses = new Float64Array(bids.length);
  for (let auction = 0; auction < auctions; auction++) {
    const start = firstBid[auction] as number;
    const end = firstBid[auction + 1] as number;
    let constant = -1;
    let sum = 0;
    for (let at = start; at < end; at++) {
      const campaign = bidders[at] as number;
      const slack = slacks[at] as number;
      const bid = bids[at] as number;
      const stiffness = (shares[at] as number) / slack;
      const unmet = (prices[auction] as number) - (multipliers[campaign] as number) * bid - slack;
      const share = target / slack - stiffness * unmet;
      stiffnesses[at] = stiffness;
      sum += stiffness;
      constant += share;
      add(campaign, -bid * share);
    }
    priceConstants[auction] = constant;
    priceStiffness[auction] = sum;
    for (let at = start; at < end; at++) {
      const campaign = bidders[at] as number;
      const weight = (bids[at] as number) * (stiffnesses[at] as number);
      add(campaign, (weight * constant) / sum);
      // Summed from the others instead of subtracting itself: near the end one bidder's stiffness hides all others'.
      let others = 0;
      for (let other = start; other < end; other++) {
        if (other === at) continue;
        const stiffness = stiffnesses[other] as number;
        others += stiffness;
        const cell = campaign * campaigns + (bidders[other] as number);
        matrix[cell] = (matrix[cell] as number) - (weight * stiffness * (bids[other] as number)) / sum;
      }
      const cell = campaign * campaigns + campaign;
      matrix[cell] = (matrix[cell] as number) + (weight * (bids[at] as number) * others) / sum;
    }
  }
  solveDefinite(matrix, right);
  return { multipliers: right, priceConstants, priceStiffness };
}

/** The change of every column that belongs to the change of the multipliers. */
function directionOf(
  { auctions, firstBid, bidders, bids }: Market,
  iterate: Iterate,
  target: number,
  { multipliers, priceConstants, priceStiffness }: NewtonSystem,
): Iterate {
  const prices = new Float64Array(auctions);
  const slacks = new Float64Array(bids.length);
  const shares = new Float64Array(bids.length);
  for (let auction = 0; auction < auctions; auction++) {
    const start = firstBid[auction] as number;
    const end = firstBid[auction + 1] as number;
    if (start === end) continue;
    const pacedChange = (at: number) => (bids[at] as number) * (multipliers[bidders[at] as number] as number);
    let force = priceConstants[auction] as number;
    for (let at = start; at < end; at++)
      force += ((iterate.shares[at] as number) / (iterate.slacks[at] as number)) * pacedChange(at);
    const priceChange = force / (priceStiffness[auction] as number);
    prices[auction] = priceChange;
    for (let at = start; at < end; at++) {
      const slack = iterate.slacks[at] as number;
      const share = iterate.shares[at] as number;
      const paced = (iterate.multipliers[bidders[at] as number] as number) * (bids[at] as number);
      // Small with small: added to the price first, the change would be rounded away.
      const unmet = (iterate.prices[auction] as number) - paced - slack;
      const slackChange = priceChange - pacedChange(at) + unmet;
      slacks[at] = slackChange;
      shares[at] = (target - share * slackChange) / slack - share;
    }
  }
  const rooms = multipliers.map(
    (change, campaign) => 1 - change - (iterate.multipliers[campaign] as number) - (iterate.rooms[campaign] as number),
  );
  const roomPrices = rooms.map((change, campaign) => {
    const price = iterate.roomPrices[campaign] as number;
    return (target - price * change) / (iterate.rooms[campaign] as number) - price;
  });
  return { multipliers, rooms, roomPrices, prices, slacks, shares };
}

/** A pivot below this is rounding: dividing by it would make a step out of noise. */
const PIVOT_MIN = 1e-300;

/** Cholesky: `right` becomes the solution, the lower half of `matrix` its factor. */
function solveDefinite(matrix: Float64Array, right: Float64Array): void {
  const size = right.length;
  const cell = (row: number, column: number) => matrix[row * size + column] as number;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = cell(row, column);
      for (let before = 0; before < column; before++) rest -= cell(row, before) * cell(column, before);
      matrix[row * size + column] = column === row ? Math.sqrt(Math.max(rest, PIVOT_MIN)) : rest / cell(column, column);
    }
  }
  for (let row = 0; row < size; row++) {
    let rest = right[row] as number;
    for (let before = 0; before < row; before++) rest -= cell(row, before) * (right[before] as number);
    right[row] = rest / cell(row, row);
  }
  for (let row = size - 1; row >= 0; row--) {
    let rest = right[row] as number;
    for (let after = row + 1; after < size; after++) rest -= cell(after, row) * (right[after] as number);
    right[row] = rest / cell(row, row);
  }
}
