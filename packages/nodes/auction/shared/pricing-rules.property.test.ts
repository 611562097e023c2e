/** What a pricing rule promises an advertiser, and where it promises nothing. Integer micros; every draw is seeded. */
import { bidMicros, ecpmFromBid, probability } from "@tenon/ads-model";
import { expect, test } from "vitest";
import { drawMarket, drawsOf, type Market, perThousand, rankedBid, runAuction } from "../../testing/market.ts";
import { firstPrice } from "./first-price.ts";
import { generalisedSecondPrice } from "./generalised-second-price.ts";
import { PRICING_RULES } from "./pricing-rules.ts";
import type { PricingRule } from "./ranked-bid.ts";
import { vcg } from "./vcg.ts";

const SEED = 20261122;
const DEVIATIONS = 20_000;

const truthful = ({ bidders }: Market): number[] => bidders.map(({ valueMicros }) => valueMicros);

/** A price is a whole number of micros: a gain below one micro per click is rounding, not strategy. */
function isProfit(gainMicros: number, clickProbability: number): boolean {
  return gainMicros > 1_000 * clickProbability + 1;
}

/** Random markets in which everybody bids the truth, and then one bidder bids something else. */
function countProfitableDeviations(rule: PricingRule): number {
  const draw = drawsOf(SEED);
  let profitable = 0;
  for (let each = 0; each < DEVIATIONS; each++) {
    const market = drawMarket(draw);
    const at = Math.floor(draw() * market.bidders.length);
    const { id, valueMicros, clickProbability } = market.bidders[at] as Market["bidders"][number];
    const bids = truthful(market);
    const honest = runAuction(market, bids, rule).won.get(id)?.utilityMicros ?? 0;
    bids[at] = Math.floor(2 * valueMicros * draw());
    const deviated = runAuction(market, bids, rule).won.get(id)?.utilityMicros ?? 0;
    if (isProfit(deviated - honest, clickProbability)) profitable++;
  }
  return profitable;
}

test(`vcg: of ${DEVIATIONS} random deviations from the truth none pays off, floors and bonuses of their own included`, () => {
  expect(countProfitableDeviations(vcg)).toBe(0);
});

test(`generalised second price is not truthful: some of ${DEVIATIONS} random deviations pay off`, () => {
  expect(countProfitableDeviations(generalisedSecondPrice)).toBeGreaterThan(0);
});

test("first price: shading pays off", () => {
  expect(countProfitableDeviations(firstPrice)).toBeGreaterThan(DEVIATIONS / 10);
});

test(`at equal bids vcg never earns more than generalised second price, in ${DEVIATIONS} markets`, () => {
  const draw = drawsOf(SEED + 1);
  let less = 0;
  for (let each = 0; each < DEVIATIONS; each++) {
    const market = drawMarket(draw);
    const bids = truthful(market);
    const second = runAuction(market, bids, generalisedSecondPrice).revenueMicros;
    const external = runAuction(market, bids, vcg).revenueMicros;
    const rounding = market.bidders.reduce((sum, { clickProbability }) => sum + 1_000 * clickProbability + 1, 0);
    expect(external).toBeLessThanOrEqual(second + rounding);
    if (external < second - rounding) less++;
  }
  expect(less).toBeGreaterThan(DEVIATIONS / 10);
});

test("vcg, stated case: bids 11, 7, 5 and 3 for two slots that are looked at alike, both winners pay 5", () => {
  const bidders = [11, 7, 5, 3].map((dollars, at) => ({
    id: at + 1,
    valueMicros: dollars * 1_000_000,
    clickProbability: 1,
    qualityMicros: 0,
    floorMicros: 0,
  }));
  const market: Market = { bidders, rules: { slots: 2, slotFactors: [1, 1] } };
  const prices = (rule: PricingRule) =>
    [...runAuction(market, truthful(market), rule).won.values()].map((won) => won.chargedPriceMicros);
  expect(prices(vcg)).toEqual([5_000_000, 5_000_000]);
  expect(prices(generalisedSecondPrice)).toEqual([7_000_000, 5_000_000]);
  expect(prices(firstPrice)).toEqual([11_000_000, 7_000_000]);
});

for (const [name, rule] of Object.entries(PRICING_RULES)) {
  test(`${name}: nobody pays more than the bid, nobody less than the floor`, () => {
    const draw = drawsOf(SEED + 2);
    for (let each = 0; each < 4_000; each++) {
      const market = drawMarket(draw);
      const bids = truthful(market);
      for (const [id, { chargedPriceMicros }] of runAuction(market, bids, rule).won) {
        const { clickProbability, floorMicros, valueMicros } = market.bidders[id - 1] as Market["bidders"][number];
        expect(Number.isSafeInteger(chargedPriceMicros)).toBe(true);
        expect(chargedPriceMicros).toBeLessThanOrEqual(valueMicros);
        const paid = ecpmFromBid(bidMicros(chargedPriceMicros), probability(clickProbability));
        expect(paid).toBeGreaterThanOrEqual(floorMicros);
      }
    }
  });

  test(`${name}: the order in which bids arrive changes nothing, ties included`, () => {
    const draw = drawsOf(SEED + 3);
    for (let each = 0; each < 2_000; each++) {
      const { bidders, rules } = drawMarket(draw);
      const tied = bidders.map((bidder) => ({ ...bidder, clickProbability: 0.01, qualityMicros: 0, floorMicros: 0 }));
      const bidOf = (id: number): number => 1_000 * (1 + (id % 2));
      const shuffled = tied.toSorted((left, right) => ((left.id * 7) % 5) - ((right.id * 7) % 5) || right.id - left.id);
      const outcome = (order: typeof tied) =>
        [
          ...runAuction(
            { bidders: order, rules },
            order.map(({ id }) => bidOf(id)),
            rule,
          ).won,
        ].sort(([left], [right]) => left - right);
      const byId = (order: typeof tied) =>
        outcome(order).map(([id, { rank, chargedPriceMicros }]) => [id, rank, chargedPriceMicros]);
      expect(byId(shuffled)).toEqual(byId(tied));
    }
  });

  test(`${name}: a higher bid never lowers the rank`, () => {
    const draw = drawsOf(SEED + 4);
    for (let each = 0; each < 4_000; each++) {
      const market = drawMarket(draw);
      const bids = truthful(market);
      const at = Math.floor(draw() * bids.length);
      const id = at + 1;
      const rankOf = () => runAuction(market, bids, rule).won.get(id)?.rank ?? Number.POSITIVE_INFINITY;
      const before = rankOf();
      bids[at] = (bids[at] as number) + 1 + Math.floor(1_000_000 * draw());
      expect(rankOf()).toBeLessThanOrEqual(before);
    }
  });

  test(`${name}: raising a floor never fills more slots`, () => {
    const draw = drawsOf(SEED + 5);
    for (let each = 0; each < 4_000; each++) {
      const market = drawMarket(draw);
      const bids = truthful(market);
      const raised = market.bidders.map((bidder) => ({
        ...bidder,
        floorMicros: bidder.floorMicros + Math.floor(2e8 * draw()),
      }));
      const fills = runAuction({ ...market, bidders: raised }, bids, rule).won.size;
      expect(fills).toBeLessThanOrEqual(runAuction(market, bids, rule).won.size);
    }
  });
}

for (const rule of [generalisedSecondPrice, vcg]) {
  test(`${rule.name}: while the rank stays, the price does not depend on the own bid`, () => {
    const draw = drawsOf(SEED + 6);
    let compared = 0;
    for (let each = 0; each < 8_000; each++) {
      const market = drawMarket(draw);
      const bids = truthful(market);
      const at = Math.floor(draw() * bids.length);
      const before = runAuction(market, bids, rule).won.get(at + 1);
      bids[at] = Math.floor((bids[at] as number) * (0.7 + 0.6 * draw()));
      const after = runAuction(market, bids, rule).won.get(at + 1);
      if (before === undefined || after === undefined || before.rank !== after.rank) continue;
      expect(after.chargedPriceMicros).toBe(before.chargedPriceMicros);
      expect(after.setterAdId).toBe(before.setterAdId);
      compared++;
    }
    expect(compared).toBeGreaterThan(1_000);
  });
}

test("generalised second price: the price is the least bid that keeps the rank; one micro less, and it is lost", () => {
  const draw = drawsOf(SEED + 7);
  let lost = 0;
  for (let each = 0; each < 4_000; each++) {
    const market = drawMarket(draw);
    const bids = truthful(market);
    for (const [id, { chargedPriceMicros, rank, setterAdId }] of runAuction(market, bids, generalisedSecondPrice).won) {
      // Against a rival of a lower id a tie is lost already: the price then ties, and one micro more would be needed.
      if (setterAdId !== undefined && setterAdId < id) continue;
      const at = (price: number) =>
        runAuction(market, bids.with(id - 1, price), generalisedSecondPrice).won.get(id)?.rank;
      expect(at(chargedPriceMicros)).toBe(rank);
      if (chargedPriceMicros === 0) continue;
      expect(at(chargedPriceMicros - 1)).not.toBe(rank);
      lost++;
    }
  }
  expect(lost).toBeGreaterThan(1_000);
});

test("a bid for impressions pays what is required, and itself where it misses its floor by the tolerance", () => {
  const bidder = { id: 1, valueMicros: 0, clickProbability: 0.5, qualityMicros: 0, floorMicros: 4_000_000 };
  const price = (bid: number) =>
    generalisedSecondPrice([rankedBid(bidder, perThousand(bid))], 1, { slots: 1, slotFactors: [1] })[0]
      ?.chargedPriceMicros;
  expect(price(9_000_000)).toBe(4_000_000);
  expect(price(3_996_000)).toBe(3_996_000);
});
