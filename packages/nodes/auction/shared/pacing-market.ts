/** A market of first-price auctions as flat columns, and what any division of its auctions proves about multipliers. */

/** Only bids above 0 are kept. Money is scaled so that neither all budgets nor all best bids exceed 1 by much. */
export interface Market {
  readonly campaigns: number;
  readonly auctions: number;
  /** By campaign, in units of `unitMicros`. */
  readonly budgets: Float64Array;
  /** Bids of auction `a`: positions `firstBid[a]` to `firstBid[a + 1]` of the two columns below. */
  readonly firstBid: Int32Array;
  readonly bidders: Int32Array;
  readonly bids: Float64Array;
  readonly unitMicros: number;
}

export interface Campaign {
  readonly budgetMicros: number;
  readonly bidsMicros: readonly number[];
}

export function marketOf(campaigns: readonly Campaign[]): Market {
  const auctions = campaigns[0]?.bidsMicros.length ?? 0;
  const firstBid = new Int32Array(auctions + 1);
  const bidders: number[] = [];
  const bids: number[] = [];
  let bestSum = 0;
  for (let auction = 0; auction < auctions; auction++) {
    let best = 0;
    for (const [campaign, { bidsMicros }] of campaigns.entries()) {
      const bid = bidsMicros[auction] as number;
      if (bid === 0) continue;
      bidders.push(campaign);
      bids.push(bid);
      best = Math.max(best, bid);
    }
    firstBid[auction + 1] = bids.length;
    bestSum += best;
  }
  const budgetSum = campaigns.reduce((sum, { budgetMicros }) => sum + budgetMicros, 0);
  const unitMicros = Math.max(1, Math.min(bestSum, budgetSum));
  return {
    campaigns: campaigns.length,
    auctions,
    budgets: Float64Array.from(campaigns, ({ budgetMicros }) => budgetMicros / unitMicros),
    firstBid,
    bidders: Int32Array.from(bidders),
    bids: Float64Array.from(bids, (bid) => bid / unitMicros),
    unitMicros,
  };
}

export interface Division {
  /** By campaign: the most that keeps it within its budget when it pays its own paced bid for its shares. */
  readonly multipliers: Float64Array;
  /** By campaign, in units of the market. */
  readonly spends: Float64Array;
  /** By bid, the shares of an auction adding up to 1. */
  readonly shares: Float64Array;
  /**
   * Revenue lost because shares go to others than the highest paced bid, as a share of the revenue at the highest. It is
   * the duality gap of the Eisenberg-Gale program, and 0 exactly at the equilibrium.
   */
  readonly gap: number;
}

/** What follows from dividing the auctions like this. `weights`: by bid, above 0; scaled to shares here. */
export function divide(market: Market, weights: Float64Array): Division {
  const { auctions, budgets, firstBid, bidders, bids } = market;
  const shares = new Float64Array(weights.length);
  const worths = new Float64Array(market.campaigns);
  for (let auction = 0; auction < auctions; auction++) {
    const end = firstBid[auction + 1] as number;
    let sum = 0;
    for (let at = firstBid[auction] as number; at < end; at++) sum += weights[at] as number;
    for (let at = firstBid[auction] as number; at < end; at++) {
      const share = (weights[at] as number) / sum;
      shares[at] = share;
      const campaign = bidders[at] as number;
      worths[campaign] = (worths[campaign] as number) + share * (bids[at] as number);
    }
  }
  // A campaign that wins nothing divides by 0, and is not held back: infinity is cut to 1.
  const multipliers = budgets.map((budget, campaign) => Math.min(1, budget / (worths[campaign] as number)));
  const spends = budgets.map((budget, campaign) => Math.min(budget, worths[campaign] as number));
  let revenue = 0;
  let lost = 0;
  for (let auction = 0; auction < auctions; auction++) {
    const end = firstBid[auction + 1] as number;
    const paced = (at: number) => (bids[at] as number) * (multipliers[bidders[at] as number] as number);
    let price = 0;
    for (let at = firstBid[auction] as number; at < end; at++) price = Math.max(price, paced(at));
    revenue += price;
    // Differences, not the difference of two sums: the gap keeps its digits down to rounding of a single bid.
    for (let at = firstBid[auction] as number; at < end; at++) lost += (shares[at] as number) * (price - paced(at));
  }
  return { multipliers, spends, shares, gap: revenue === 0 ? 0 : lost / revenue };
}
