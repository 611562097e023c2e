/** Pacing by predicted response (A7). */
import { micros } from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { buyDay, type Day, drawDay } from "../../testing/ad-day.ts";
import { drawsOf } from "../../testing/market.ts";
import { type Layer, layerBounds, layerOf, nextLayerRates } from "./layer-rates.ts";
import { nextPassRate, startPassRate } from "./pass-rate.ts";
import { type SpendPlan, spendPlan, wantedSpend } from "./spend-plan.ts";

const TRIAL = { trialRate: 0.02 };
const rate = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 1e-6, max: 1, noNaN: true }));
const expectedMicros = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1e9 }));
const layers = fc
  .array(fc.record({ passRate: rate, expectedMicros }), { minLength: 1, maxLength: 8 })
  .map((list): readonly Layer[] => {
    const rates = list.map(({ passRate }) => passRate).sort((left, right) => right - left);
    // A layer that lets nothing through spends nothing.
    return list.map((each, at) => {
      const passRate = rates[at] as number;
      return { passRate, expectedMicros: passRate === 0 ? 0 : each.expectedMicros };
    });
  });
const wanted = fc.integer({ min: -1e6, max: 4e9 });
const settings = fc.double({ min: 1e-4, max: 1, noNaN: true }).map((trialRate) => ({ trialRate }));

test("a better layer's rate is never below a worse one's, and each is 0 or from the trial rate to 1", () => {
  fc.assert(
    fc.property(layers, settings, wanted, (list, by, wantedMicros) => {
      const rates = nextLayerRates(list, by, wantedMicros);
      expect(rates.length).toBe(list.length);
      let above = 1;
      for (const each of rates) {
        expect(each).toBeLessThanOrEqual(above);
        if (each !== 0) expect(each).toBeGreaterThanOrEqual(by.trialRate);
        above = each;
      }
    }),
    { numRuns: 1_000 },
  );
});

test("the next window is expected to spend what is wanted, unless all layers are open or none; trials come on top", () => {
  fc.assert(
    fc.property(layers, wanted, (list, wantedMicros) => {
      fc.pre(list.every(({ passRate, expectedMicros }) => passRate === 0 || expectedMicros > 0));
      const rates = nextLayerRates(list, TRIAL, wantedMicros);
      const open = list.filter(({ passRate }) => passRate > 0);
      const most = open.reduce((sum, { passRate, expectedMicros }) => sum + expectedMicros / passRate, 0);
      const reachable = Math.min(most, Math.max(0, wantedMicros));
      let spend = 0;
      const trials: number[] = [];
      for (const [at, { passRate, expectedMicros }] of list.entries()) {
        if (passRate === 0) continue;
        const full = expectedMicros / passRate;
        spend += full * (rates[at] as number);
        trials.push(full * TRIAL.trialRate);
      }
      expect(spend).toBeGreaterThanOrEqual(reachable * (1 - 1e-9) - 1e-6);
      // On trial are the last open layer, where less is wanted of it, and the first closed one.
      const [first = 0, second = 0] = trials.sort((left, right) => right - left);
      expect(spend).toBeLessThanOrEqual((reachable + first + second) * (1 + 1e-9) + 1e-6);
    }),
    { numRuns: 1_000 },
  );
});

test("the best layer gives way last: a layer is cut only when every worse one is closed or on trial", () => {
  fc.assert(
    fc.property(layers, wanted, (list, wantedMicros) => {
      const rates = nextLayerRates(list, TRIAL, wantedMicros);
      for (const [at, { passRate }] of list.entries()) {
        if ((rates[at] as number) >= passRate) continue;
        for (const worse of rates.slice(at + 1)) expect(worse).toBeLessThanOrEqual(TRIAL.trialRate);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("layers hold equally many predictions, and a prediction is in the layer of its bounds", () => {
  const predictions = fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(predictions, fc.integer({ min: 1, max: 6 }), (list, count) => {
      fc.pre(count <= list.length);
      const bounds = layerBounds(list, count);
      const sizes = bounds.map((_, layer) => list.filter((each) => layerOf(bounds, each) === layer).length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      const best = list.toSorted((left, right) => right - left).map((each) => layerOf(bounds, each));
      expect(best).toEqual(best.toSorted());
    }),
  );
});

const LAYERS = 5;
const FINISH_WINDOWS = 4;
/** One impression is then below 0.3 % of the least budget: two days can be compared at equal spend. */
const REQUESTS_PER_WINDOW = 120;
const planOf = (day: Day, share: number): SpendPlan =>
  spendPlan({
    budgetMicros: micros(Math.round(share * day.unpacedMicros)),
    forecast: day.forecast,
    finishWindows: FINISH_WINDOWS,
  });

/** The same pass rate for every request. */
function buyEvenly(day: Day, plan: SpendPlan) {
  const by = { passRateMin: 0.005, step: 0.1 };
  let state = startPassRate(plan, by, { unpacedMicros: day.unpacedMicros });
  return buyDay(
    day,
    plan.budgetMicros,
    ({ draw }) => draw < state.passRate,
    (window, spentMicros) => {
      state = nextPassRate(plan, by, state, { window, spentMicros: micros(spentMicros) });
    },
  );
}

/** A rate per layer. The bounds come from another day: what is bought here was not seen when they were set. */
function buyByLayer(day: Day, plan: SpendPlan, bounds: readonly number[]) {
  let rates: readonly number[] = bounds.map(() => plan.budgetMicros / day.unpacedMicros);
  const spent = bounds.map(() => 0);
  return buyDay(
    day,
    plan.budgetMicros,
    (request) => {
      const layer = layerOf(bounds, request.prediction);
      const passes = request.draw < (rates[layer] as number);
      if (passes) spent[layer] = (spent[layer] as number) + request.priceMicros;
      return passes;
    },
    (window, spentMicros) => {
      const next = window + 1;
      if (next === day.windows.length) return;
      const growth = (plan.trafficShares[next] as number) / (plan.trafficShares[window] as number);
      const seen = rates.map((passRate, layer) => ({ passRate, expectedMicros: growth * (spent[layer] as number) }));
      rates = nextLayerRates(seen, TRIAL, wantedSpend(plan, next, micros(spentMicros)));
      spent.fill(0);
    },
  );
}

const dayOf = (seed: number, predictionError: number): Day =>
  drawDay({ seed, requestsPerWindow: REQUESTS_PER_WINDOW, swing: 0.5, noise: 0.2, predictionError });

test("at equal spend a click costs no more than at one rate for all, on a day that the layers were not made on", () => {
  const predictionError = fc.double({ min: 0, max: 1, noNaN: true });
  const budgetShare = fc.double({ min: 0.06, max: 0.6, noNaN: true });
  fc.assert(
    fc.property(fc.integer(), predictionError, budgetShare, (seed, error, share) => {
      const bounds = layerBounds(
        dayOf(seed, error)
          .windows.flat()
          .map(({ prediction }) => prediction),
        LAYERS,
      );
      const heldOut = dayOf(seed + 1, error);
      const plan = planOf(heldOut, share);
      const even = buyEvenly(heldOut, plan);
      const layered = buyByLayer(heldOut, plan, bounds);
      expect(Math.abs(layered.spentMicros / even.spentMicros - 1)).toBeLessThan(0.01);
      expect(layered.spentMicros / layered.clicks).toBeLessThanOrEqual(even.spentMicros / even.clicks);
    }),
    { numRuns: 25 },
  );
});

test("benchmark: cost per click against one rate for all", async ({ annotate }) => {
  const bounds = layerBounds(
    dayOf(1, 0.5)
      .windows.flat()
      .map(({ prediction }) => prediction),
    LAYERS,
  );
  const heldOut = dayOf(2, 0.5);
  const plan = planOf(heldOut, 1 / 8);
  const even = buyEvenly(heldOut, plan);
  const layered = buyByLayer(heldOut, plan, bounds);
  const cost = (bought: { spentMicros: number; clicks: number }) => bought.spentMicros / bought.clicks;
  const share = cost(layered) / cost(even);
  expect(share).toBeLessThan(1);
  await annotate(`a click costs ${(100 * share).toFixed(1)} % of what it costs at one rate for all`);
});

test("over even windows spend settles within 2 % of the slot's budget, trials included", () => {
  const draw = drawsOf(7);
  const full = [40, 60, 80, 100, 120].map((dollars) => dollars * 1e6);
  let rates: readonly number[] = full.map(() => 0.1 + 0.8 * draw()).sort((left, right) => right - left);
  const spendOf = (at: number) => (full[at] as number) * (rates[at] as number);
  const slotBudgetMicros = 150e6;
  for (let window = 0; window < 12; window++) {
    const seen = rates.map((passRate, at) => ({ passRate, expectedMicros: spendOf(at) }));
    rates = nextLayerRates(seen, TRIAL, slotBudgetMicros);
  }
  const spend = rates.reduce((sum, _, at) => sum + spendOf(at), 0);
  expect(Math.abs(spend / slotBudgetMicros - 1)).toBeLessThan(0.02);
  expect(rates.slice(0, 2)).toEqual([1, 1]);
});

test("a layer without spend is opened step by step, and those behind it no further", () => {
  const seen = [
    { passRate: 0.1, expectedMicros: 0 },
    { passRate: 0.1, expectedMicros: 5 },
    { passRate: 0, expectedMicros: 0 },
  ];
  expect(nextLayerRates(seen, TRIAL, 1_000)).toEqual([0.2, 0.2, 0.02]);
});

test("layers that contradict themselves are refused with their code", () => {
  const refused = (list: readonly Layer[], by = TRIAL, wantedMicros = 1) =>
    expect(() => nextLayerRates(list, by, wantedMicros)).toThrow("TENON1852");
  const open = { passRate: 0.5, expectedMicros: 1 };
  refused([open, { ...open, passRate: 0.6 }]);
  refused([{ ...open, passRate: 1.1 }]);
  refused([{ ...open, expectedMicros: -1 }]);
  refused([open], { trialRate: 0 });
  refused([open], TRIAL, Number.NaN);
  expect(() => layerBounds([0.1], 2)).toThrow("TENON1852");
});
