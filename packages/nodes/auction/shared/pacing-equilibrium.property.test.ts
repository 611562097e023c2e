/**
 * First-price pacing (A5) against two oracles that share nothing with the solver: the definition of the equilibrium, and
 * the Eisenberg-Gale objective minimised by search over the multipliers alone.
 */
import { type Micros, micros } from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type PacedCampaign, type PacingEquilibrium, pacingEquilibrium } from "./pacing-equilibrium.ts";

const RUNS = { numRuns: 200 };
/** Relative. Where ties decide nothing, a gap of 1e-9 leaves multipliers some 1e-6 apart. */
const TOLERANCE = 1e-4;
/** Ten times the largest that was measured, 8e-9. */
const GAP_MAX = 1e-7;

/** A few whole micros make ties common; dollars make every market different. */
const amounts = {
  ties: { bid: fc.integer({ min: 0, max: 5 }), budget: fc.integer({ min: 1, max: 8 }) },
  dollars: {
    bid: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 4, arbitrary: fc.integer({ min: 1, max: 1e6 }) }),
    budget: fc.integer({ min: 10_000, max: 3_000_000 }),
  },
};

function markets(campaignsMax: number, auctionsMax: number): fc.Arbitrary<readonly PacedCampaign[]> {
  return fc
    .tuple(fc.constantFrom("ties", "dollars" as const), fc.integer({ min: 1, max: auctionsMax }))
    .chain(([kind, auctions]) => {
      const { bid, budget } = amounts[kind];
      return fc.array(
        fc.record({
          budgetMicros: budget.map(micros),
          bidsMicros: fc.array(bid.map(micros), { minLength: auctions, maxLength: auctions }),
        }),
        { minLength: 1, maxLength: campaignsMax },
      );
    });
}

const revenue = (spends: readonly Micros[]): number => spends.reduce((sum, spend) => sum + spend, 0);
/** Each spend is rounded to a micro, and the division is exact up to its gap. */
const revenueError = (spends: readonly Micros[]): number => spends.length + 2 * GAP_MAX * revenue(spends);

test("no campaign spends more than its budget, and one with budget left is not held back", () => {
  fc.assert(
    fc.property(markets(6, 10), (campaigns) => {
      const { multipliers, spendMicros } = pacingEquilibrium(campaigns);
      for (const [at, { budgetMicros }] of campaigns.entries()) {
        expect(spendMicros[at]).toBeLessThanOrEqual(budgetMicros);
        expect(multipliers[at]).toBeGreaterThan(0);
        expect(multipliers[at]).toBeLessThanOrEqual(1);
        // Spend is reported in whole micros: one that rounds to the budget may be half a micro below.
        if ((spendMicros[at] as number) < budgetMicros) expect(multipliers[at]).toBeGreaterThan(1 - 1 / budgetMicros);
        if ((spendMicros[at] as number) < budgetMicros - 1) expect(multipliers[at]).toBe(1);
      }
    }),
    RUNS,
  );
});

test("every auction is sold, to the highest paced bids alone, and its winners pay their own paced bid", () => {
  fc.assert(
    fc.property(markets(6, 10), (campaigns) => {
      const { multipliers, spendMicros, shares } = pacingEquilibrium(campaigns);
      const paid = campaigns.map(() => 0);
      let lost = 0;
      for (const auction of campaigns[0]?.bidsMicros.keys() ?? []) {
        const paced = campaigns.map(
          ({ bidsMicros }, at) => (multipliers[at] as number) * (bidsMicros[auction] as number),
        );
        const price = Math.max(...paced);
        const own = campaigns.map((_, at) => shares[at]?.[auction] as number);
        const sold = own.reduce((sum, share) => sum + share, 0);
        expect(Math.abs(sold - (price > 0 ? 1 : 0))).toBeLessThan(1e-9);
        for (const [at, share] of own.entries()) {
          expect(share).toBeGreaterThanOrEqual(0);
          paid[at] = (paid[at] as number) + share * (paced[at] as number);
          lost += share * (price - (paced[at] as number));
        }
      }
      for (const [at, amount] of paid.entries())
        expect(Math.abs(amount - (spendMicros[at] as number))).toBeLessThan(1 + 1e-9 * amount);
      expect(lost).toBeLessThanOrEqual(GAP_MAX * (revenue(spendMicros) + lost) * 1.001);
    }),
    RUNS,
  );
});

/** Least of a convex function on [0, 1], by golden section. */
function least(cost: (at: number) => number): { readonly at: number; readonly cost: number } {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, 1];
  let [left, right] = [1 - golden, golden];
  let [costLeft, costRight] = [cost(left), cost(right)];
  for (let step = 0; step < 48; step++) {
    if (costLeft < costRight) {
      high = right;
      [right, costRight] = [left, costLeft];
      left = high - golden * (high - low);
      costLeft = cost(left);
    } else {
      low = left;
      [left, costLeft] = [right, costRight];
      right = low + golden * (high - low);
      costRight = cost(right);
    }
  }
  // The bound itself is never tried, and most campaigns of a market are there.
  const ends = [(low + high) / 2, 1].map((at) => ({ at, cost: cost(at) }));
  return (ends[1]?.cost as number) <= (ends[0]?.cost as number) ? (ends[1] as never) : (ends[0] as never);
}

/** Σ highest paced bid − Σ budget × log multiplier: Eisenberg-Gale, as a function of the multipliers alone. */
function eisenbergGale(campaigns: readonly PacedCampaign[], multipliers: readonly number[]): number {
  let cost = 0;
  for (const auction of campaigns[0]?.bidsMicros.keys() ?? [])
    cost += Math.max(
      ...campaigns.map(({ bidsMicros }, at) => (multipliers[at] as number) * (bidsMicros[auction] as number)),
    );
  for (const [at, { budgetMicros }] of campaigns.entries()) cost -= budgetMicros * Math.log(multipliers[at] as number);
  return cost;
}

function searched(campaigns: readonly PacedCampaign[], chosen: readonly number[] = []): readonly number[] {
  if (chosen.length === campaigns.length) return chosen;
  const rest = (at: number) => searched(campaigns, [...chosen, at]);
  const { at } = least((each) => eisenbergGale(campaigns, rest(each)));
  return rest(at);
}

test("the multipliers are those that minimise the Eisenberg-Gale objective, found by search", () => {
  fc.assert(
    fc.property(markets(2, 4), (campaigns) => {
      const { multipliers } = pacingEquilibrium(campaigns);
      const expected = searched(campaigns);
      for (const [at, multiplier] of multipliers.entries())
        expect(Math.abs(multiplier / (expected[at] as number) - 1)).toBeLessThan(TOLERANCE);
    }),
    RUNS,
  );
});

test("no multipliers nearby have a lower Eisenberg-Gale objective, in larger markets", () => {
  const changes = fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(markets(8, 20), changes, (campaigns, change) => {
      const { multipliers } = pacingEquilibrium(campaigns);
      const nearby = multipliers.map((multiplier, at) => Math.min(1, multiplier * (1 + (change[at] as number))));
      const cost = eisenbergGale(campaigns, multipliers);
      const budgets = campaigns.reduce((sum, { budgetMicros }) => sum + budgetMicros, 0);
      expect(eisenbergGale(campaigns, nearby)).toBeGreaterThanOrEqual(cost - 1e-6 * budgets);
    }),
    RUNS,
  );
});

test("any start leads to the same multipliers", () => {
  const start = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(markets(6, 10), start, (campaigns, from) => {
      const one = pacingEquilibrium(campaigns).multipliers;
      const other = pacingEquilibrium(campaigns, { start: from.slice(0, campaigns.length) }).multipliers;
      for (const [at, multiplier] of one.entries())
        expect(Math.abs((other[at] as number) / multiplier - 1)).toBeLessThan(TOLERANCE);
    }),
    RUNS,
  );
});

test("the order of campaigns and of auctions changes nothing", () => {
  fc.assert(
    fc.property(markets(6, 10), (campaigns) => {
      const turned = campaigns.map((each) => ({ ...each, bidsMicros: each.bidsMicros.toReversed() })).toReversed();
      const one = pacingEquilibrium(campaigns).multipliers;
      const other = pacingEquilibrium(turned).multipliers.toReversed();
      for (const [at, multiplier] of one.entries())
        expect(Math.abs((other[at] as number) / multiplier - 1)).toBeLessThan(TOLERANCE);
    }),
    RUNS,
  );
});

function expectNoneHigher(lower: readonly number[], higher: readonly number[]): void {
  for (const [at, each] of lower.entries()) expect(each).toBeLessThanOrEqual((higher[at] as number) * (1 + TOLERANCE));
}

/** By auction, the highest paced bid. */
function pricesOf(campaigns: readonly PacedCampaign[], { multipliers }: PacingEquilibrium): readonly number[] {
  return Array.from(campaigns[0]?.bidsMicros ?? [], (_, auction) =>
    Math.max(...campaigns.map(({ bidsMicros }, at) => (multipliers[at] as number) * (bidsMicros[auction] as number))),
  );
}

test("monotone: one campaign more lowers no price and does not cost revenue", () => {
  fc.assert(
    fc.property(markets(6, 8), (campaigns) => {
      fc.pre(campaigns.length > 1);
      const fewer = campaigns.slice(0, -1);
      const all = pacingEquilibrium(campaigns);
      const without = pacingEquilibrium(fewer);
      expectNoneHigher(pricesOf(fewer, without), pricesOf(campaigns, all));
      expect(revenue(all.spendMicros) + revenueError(all.spendMicros)).toBeGreaterThanOrEqual(
        revenue(without.spendMicros),
      );
    }),
    RUNS,
  );
});

test("monotone: one auction more raises nobody's multiplier and does not cost revenue", () => {
  fc.assert(
    fc.property(markets(6, 8), (campaigns) => {
      const all = pacingEquilibrium(campaigns);
      const without = pacingEquilibrium(
        campaigns.map((each) => ({ ...each, bidsMicros: each.bidsMicros.slice(0, -1) })),
      );
      expectNoneHigher(all.multipliers, without.multipliers);
      expect(revenue(all.spendMicros) + revenueError(all.spendMicros)).toBeGreaterThanOrEqual(
        revenue(without.spendMicros),
      );
    }),
    RUNS,
  );
});

test("monotone: a higher budget lowers nobody's multiplier and does not cost revenue", () => {
  fc.assert(
    fc.property(markets(6, 8), fc.nat(5), fc.integer({ min: 2, max: 5 }), (campaigns, nth, times) => {
      const at = nth % campaigns.length;
      const richer = campaigns.map((each, campaign) =>
        campaign === at ? { ...each, budgetMicros: micros(each.budgetMicros * times) } : each,
      );
      const before = pacingEquilibrium(campaigns);
      const after = pacingEquilibrium(richer);
      expectNoneHigher(before.multipliers, after.multipliers);
      expect(revenue(after.spendMicros) + revenueError(after.spendMicros)).toBeGreaterThanOrEqual(
        revenue(before.spendMicros),
      );
    }),
    RUNS,
  );
});

const campaign = (budgetMicros: number, ...bidsMicros: readonly number[]): PacedCampaign => ({
  budgetMicros: micros(budgetMicros),
  bidsMicros: bidsMicros.map(micros),
});

test("stated case: bids 10 with a budget of 4 against 8 without need: the first bids 8 as well, and both win half", () => {
  const { multipliers, spendMicros, shares } = pacingEquilibrium([
    campaign(4_000_000, 10_000_000),
    campaign(1e9, 8_000_000),
  ]);
  expect(multipliers[0]).toBeCloseTo(0.8, 9);
  expect(multipliers[1]).toBe(1);
  expect(spendMicros).toEqual([4_000_000, 4_000_000]);
  expect(shares[0]?.[0]).toBeCloseTo(0.5, 9);
});

test("a market of nobody, one of no auctions and one of no bids hold nobody back", () => {
  expect(pacingEquilibrium([])).toEqual({ multipliers: [], spendMicros: [], shares: [], gap: 0 });
  expect(pacingEquilibrium([campaign(5)])).toEqual({ multipliers: [1], spendMicros: [0], shares: [[]], gap: 0 });
  const idle = pacingEquilibrium([campaign(5, 0, 0), campaign(1, 0, 2)]);
  expect(idle.multipliers[0]).toBe(1);
  expect(idle.spendMicros).toEqual([0, 1]);
});

test("what is no market is refused with its code", () => {
  expect(() => pacingEquilibrium([campaign(0, 1)])).toThrow("TENON1850");
  expect(() => pacingEquilibrium([campaign(1, -1)])).toThrow("TENON1850");
  expect(() => pacingEquilibrium([campaign(1, 1), campaign(1, 1, 1)])).toThrow("TENON1850");
  expect(() => pacingEquilibrium([campaign(1, 1)], { start: [] })).toThrow("TENON1850");
  expect(() => pacingEquilibrium([campaign(1, 1)], { start: [1.5] })).toThrow("TENON1850");
});
