/** Pacing by share of requests (A6), over days of 144 windows with instant feedback; steps of 10 %. */
import { micros } from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { buyDay, type Day, type DayOptions, drawDay, WINDOWS } from "../../testing/ad-day.ts";
import { nextPassRate, type PassRateState, startPassRate } from "./pass-rate.ts";
import { plannedMicros, type SpendPlan, spendPlan, wantedSpend } from "./spend-plan.ts";

const SETTINGS = { passRateMin: 0.005, step: 0.1 };
const FINISH_WINDOWS = 4;
/** A window's share of the budget is then some impressions, and one impression less than 0.2 % of it. */
const REQUESTS_PER_WINDOW = 150;

const dayOptions: fc.Arbitrary<DayOptions> = fc.record({
  seed: fc.integer(),
  requestsPerWindow: fc.constant(REQUESTS_PER_WINDOW),
  swing: fc.double({ min: 0, max: 0.9, noNaN: true }),
  peak: fc.double({ min: 0, max: 1, noNaN: true }),
  noise: fc.double({ min: 0, max: 0.3, noNaN: true }),
});
/** Budget as a share of what the campaign would spend unpaced, and how far the forecast of that is off. */
const budgetShare = fc.double({ min: 0.06, max: 0.6, noNaN: true });
const forecastError = fc.double({ min: -1, max: 1, noNaN: true }).map((exponent) => 2 ** exponent);

interface PacedDay {
  readonly plan: SpendPlan;
  readonly spentMicros: number;
  readonly clicks: number;
  readonly rates: readonly number[];
  readonly spentByWindow: readonly number[];
}

function paced(day: Day, share: number, error: number): PacedDay {
  const budgetMicros = micros(Math.round(share * day.unpacedMicros));
  const plan = spendPlan({ budgetMicros, forecast: day.forecast, finishWindows: FINISH_WINDOWS });
  let state = startPassRate(plan, SETTINGS, { unpacedMicros: error * day.unpacedMicros });
  const rates = [state.passRate];
  const bought = buyDay(
    day,
    budgetMicros,
    ({ draw }) => draw < state.passRate,
    (window, spentMicros) => {
      state = nextPassRate(plan, SETTINGS, state, { window, spentMicros: micros(spentMicros) });
      rates.push(state.passRate);
    },
  );
  return { plan, rates, ...bought };
}

/** Root of the mean squared difference between the shares of the budget spent and of the traffic forecast so far. */
function planError({ plan, spentByWindow }: PacedDay): number {
  let forecast = 0;
  let squares = 0;
  for (const [window, spent] of spentByWindow.entries()) {
    forecast += plan.trafficShares[window] as number;
    squares += (spent / plan.budgetMicros - forecast) ** 2;
  }
  return Math.sqrt(squares / spentByWindow.length);
}

test("whatever the day: the budget is spent to 0.2 %, along the forecast to a root mean square of 0.05", () => {
  fc.assert(
    fc.property(dayOptions, budgetShare, forecastError, (options, share, error) => {
      const day = paced(drawDay(options), share, error);
      expect(Math.abs(day.spentMicros / day.plan.budgetMicros - 1)).toBeLessThanOrEqual(0.002);
      expect(planError(day)).toBeLessThanOrEqual(0.05);
      for (const rate of day.rates) {
        expect(rate).toBeGreaterThanOrEqual(SETTINGS.passRateMin);
        expect(rate).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 60 },
  );
});

const settings = fc.record({
  passRateMin: fc.double({ min: 1e-6, max: 1, noNaN: true }),
  step: fc.double({ min: 1e-6, max: 0.99, noNaN: true }),
});
const anyPlan = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 5, maxLength: 30 }), fc.integer({ min: 1, max: 1e9 }))
  .map(([traffic, budget]) =>
    spendPlan({ budgetMicros: micros(budget), forecast: [1, ...traffic], finishWindows: FINISH_WINDOWS }),
  );
const amount = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2e9 }));

function stateOf(rate: number, passRateMin: number, spent: number, unpacedMicros: number): PassRateState {
  return { passRate: Math.max(rate, passRateMin), spentMicros: micros(spent), unpacedMicros };
}

test("the pass rate stays between floor and 1, whatever is reported in whatever order", () => {
  fc.assert(
    fc.property(anyPlan, settings, amount, fc.array(amount, { maxLength: 30 }), (plan, by, forecast, reports) => {
      let state = startPassRate(plan, by, { unpacedMicros: forecast });
      for (const [at, spentMicros] of reports.entries()) {
        const window = at % plan.trafficShares.length;
        state = nextPassRate(plan, by, state, { window, spentMicros: micros(spentMicros) });
        expect(state.passRate).toBeGreaterThanOrEqual(by.passRateMin);
        expect(state.passRate).toBeLessThanOrEqual(1);
        // Spend that is taken back must not turn what is known about the day negative.
        expect(state.unpacedMicros).toBeGreaterThanOrEqual(0);
      }
    }),
    { numRuns: 500 },
  );
});

test("ahead of the plan the rate never rises, behind it it never falls, and one window changes it by a step at most", () => {
  const rate = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      anyPlan,
      settings,
      rate,
      amount,
      amount,
      amount,
      fc.nat(40),
      (plan, by, each, before, unpaced, spent, nth) => {
        const state = stateOf(each, by.passRateMin, before, unpaced);
        const window = nth % plan.trafficShares.length;
        const { passRate } = nextPassRate(plan, by, state, { window, spentMicros: micros(spent) });
        const rounding = 1e-12;
        if (spent > plannedMicros(plan, window)) expect(passRate).toBeLessThanOrEqual(state.passRate);
        if (spent < plannedMicros(plan, window)) expect(passRate).toBeGreaterThanOrEqual(state.passRate);
        expect(passRate).toBeLessThanOrEqual(state.passRate * (1 + by.step) * (1 + rounding));
        expect(passRate).toBeGreaterThanOrEqual(state.passRate * (1 - by.step) * (1 - rounding));
      },
    ),
    { numRuns: 1_000 },
  );
});

test("the plan follows the forecast, and is complete before the day's last windows", () => {
  fc.assert(
    fc.property(anyPlan, ({ plannedShares, trafficShares }) => {
      const end = plannedShares.length - FINISH_WINDOWS;
      const traffic = trafficShares.slice(0, end).reduce((sum, share) => sum + share, 0);
      for (let window = 0, until = 0; window < plannedShares.length; window++) {
        until += trafficShares[window] as number;
        expect(plannedShares[window]).toBeCloseTo(Math.min(1, until / traffic), 9);
      }
      for (const share of plannedShares.slice(end - 1)) expect(share).toBe(1);
    }),
  );
});

test("spending what is wanted makes up nine tenths of a difference from the plan in twelve windows, ahead or behind", () => {
  const budgetMicros = micros(144_000_000);
  const plan = spendPlan({ budgetMicros, forecast: new Array<number>(WINDOWS).fill(1), finishWindows: 0 });
  for (const off of [-5_000_000, 5_000_000]) {
    let spent = plannedMicros(plan, 59) + off;
    for (let window = 60; window < 72; window++) spent += wantedSpend(plan, window, micros(Math.round(spent)));
    expect(Math.abs(spent - plannedMicros(plan, 71))).toBeLessThan(0.12 * Math.abs(off));
  }
});

/** Clicks of the best constant multiplier on the bid, known in hindsight. The bid is worth `valueMicros` per click. */
function bestConstantClicks(day: Day, valueMicros: number, budgetMicros: number): number {
  const served = (multiplier: number) =>
    buyDay(
      day,
      Number.POSITIVE_INFINITY,
      (request) => request.priceMicros <= multiplier * valueMicros * request.prediction,
    );
  let [low, high] = [0, 1];
  for (let halving = 0; halving < 40; halving++) {
    const middle = (low + high) / 2;
    if (served(middle).spentMicros <= budgetMicros) low = middle;
    else high = middle;
  }
  return served(low).clicks;
}

test("benchmark: clicks against the best constant multiplier in hindsight", async ({ annotate }) => {
  const day = drawDay({ seed: 20261122, requestsPerWindow: REQUESTS_PER_WINDOW, swing: 0.5, noise: 0.2 });
  // At the full bid every impression is won: a click is worth what the dearest impression costs at the least probability.
  const valueMicros = Math.max(...day.windows.flat().map(({ priceMicros, prediction }) => priceMicros / prediction));
  const run = paced(day, 1 / 8, 1);
  const share = run.clicks / bestConstantClicks(day, valueMicros, run.plan.budgetMicros);
  await annotate(`${(100 * share).toFixed(1)} % of the clicks of the best constant multiplier`);
  expect(share).toBeLessThan(1);
  expect(share).toBeGreaterThan(0.1);
});

test("a plan, settings and reports that say nothing are refused with their code", () => {
  const plan = spendPlan({ budgetMicros: micros(100), forecast: [1, 1, 1], finishWindows: 1 });
  const state = startPassRate(plan, SETTINGS, { unpacedMicros: 200 });
  const refused = (attempt: () => unknown) => expect(attempt).toThrow("TENON1852");
  refused(() => spendPlan({ budgetMicros: micros(0), forecast: [1], finishWindows: 0 }));
  refused(() => spendPlan({ budgetMicros: micros(1), forecast: [], finishWindows: 0 }));
  refused(() => spendPlan({ budgetMicros: micros(1), forecast: [0, 1], finishWindows: 1 }));
  refused(() => spendPlan({ budgetMicros: micros(1), forecast: [1, Number.NaN], finishWindows: 0 }));
  refused(() => spendPlan({ budgetMicros: micros(1), forecast: [1], finishWindows: -1 }));
  refused(() => startPassRate(plan, { ...SETTINGS, passRateMin: 0 }, { unpacedMicros: 1 }));
  refused(() => startPassRate(plan, { ...SETTINGS, step: 1 }, { unpacedMicros: 1 }));
  refused(() => startPassRate(plan, SETTINGS, { unpacedMicros: Number.NaN }));
  refused(() => nextPassRate(plan, SETTINGS, state, { window: WINDOWS, spentMicros: micros(1) }));
  refused(() => nextPassRate(plan, SETTINGS, state, { window: 0, spentMicros: micros(-1) }));
});
