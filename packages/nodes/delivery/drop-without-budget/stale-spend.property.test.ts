/**
 * Spend that is reported late (A9): one campaign, windows of requests, each insertion clicked with its probability and
 * reported `delay` windows later. The filters are the real ones, and so is the pacer; predicted spend is the expected cost
 * of what is not reported yet.
 */
import { micros } from "@tenon/ads-model";
import type { CandidateBatch } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { nextPassRate, startPassRate } from "../../budget/shared/pass-rate.ts";
import { spendPlan } from "../../budget/shared/spend-plan.ts";
import { adsOf } from "../../testing/ads.ts";
import { budgetStateOf, pacingStateOf } from "../../testing/resources.ts";
import { executorOf } from "../../testing/run-in-graph.ts";
import { seededRandom } from "../../testing/seeded-random.ts";
import { pace } from "../pace/pace.ts";
import type { CampaignsQuery } from "../resources.ts";
import { dropWithoutBudget } from "./drop-without-budget.ts";

const WINDOWS = 144;
const REQUESTS_PER_WINDOW = 40;
const PRICE_MICROS = 100_000;
const CLICK_PROBABILITY = 0.25;
/** An eighth of what the campaign would spend without a limit. */
const BUDGET_MICROS = (WINDOWS * REQUESTS_PER_WINDOW * PRICE_MICROS * CLICK_PROBABILITY) / 8;

interface Situation {
  /** Windows between an insertion and its report. */
  readonly delay: number;
  /** Predicted spend counts as spent until the report comes. */
  readonly predicts: boolean;
  /** A pacer adjusts the pass rate after every window; without one the campaign takes part in every request. */
  readonly paced?: boolean;
  readonly seed: number;
}

interface Outcome {
  readonly spentMicros: number;
  readonly insertions: number;
  /** Charged at the end of each window. */
  readonly spentByWindow: readonly number[];
}

const PLAN = spendPlan({
  budgetMicros: micros(BUDGET_MICROS),
  forecast: new Array<number>(WINDOWS).fill(1),
  finishWindows: 4,
});
const PASS_RATE = { passRateMin: 0.005, step: 0.1 };
const CAMPAIGN = 10;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

async function serve({ delay, predicts, paced = false, seed }: Situation): Promise<Outcome> {
  const random = seededRandom(seed);
  /** Charged micros and insertions by window. */
  const charged: number[] = [];
  const inserted: number[] = [];
  const spentByWindow: number[] = [];
  const cappedAds = adsOf([{ id: 1, campaignId: CAMPAIGN }]);
  let state = startPassRate(PLAN, PASS_RATE, { unpacedMicros: 8 * BUDGET_MICROS });
  /** What is known of the spend up to `window`, and what of it is predicted. */
  const knownAt = (window: number) => {
    const reportedUpTo = Math.max(0, delay === 0 ? window + 1 : window - delay + 1);
    const inflightMicros = predicts ? sum(inserted.slice(reportedUpTo)) * CLICK_PROBABILITY * PRICE_MICROS : 0;
    return { reportedMicros: sum(charged.slice(0, reportedUpTo)), inflightMicros };
  };
  let known = knownAt(0);
  const budgetPolicy = { stateAgeMaxMs: 1 };
  const hasBudget = executorOf(dropWithoutBudget, {
    budgetPolicy,
    budgetState: {
      remainingOf: (query: CampaignsQuery) => {
        const { reportedMicros, inflightMicros } = known;
        const campaign = { lifetimeRemainingMicros: BUDGET_MICROS - reportedMicros, inflightMicros };
        return budgetStateOf({ asOfMs: 0, campaigns: { [CAMPAIGN]: campaign } }).remainingOf(query);
      },
    },
  });
  const mayTakePart = executorOf(pace, {
    budgetPolicy,
    pacingState: {
      ratesOf: (query: CampaignsQuery) =>
        pacingStateOf({ asOfMs: 0, passRates: { [CAMPAIGN]: state.passRate } }).ratesOf(query),
    },
  });
  let requests = 0;
  /** Whether the ad is still there after the filter. */
  const passes = async (filter: typeof hasBudget, inputs: Readonly<Record<string, CandidateBatch>>, kept: string) => {
    const requestId = `${seed}-${requests++}`;
    const context = filter.begin({ requestId, nowMs: 0, checked: false });
    const response = await filter.execute(inputs, context);
    return (response[kept] as CandidateBatch).size > 0;
  };
  for (let window = 0; window < WINDOWS; window++) {
    charged.push(0);
    inserted.push(0);
    for (let each = 0; each < REQUESTS_PER_WINDOW; each++) {
      known = knownAt(window);
      if (!(await passes(hasBudget, { cappedAds }, "fundedAds"))) continue;
      if (paced && !(await passes(mayTakePart, { fundedAds: cappedAds }, "pacedAds"))) continue;
      inserted[window] = (inserted[window] as number) + 1;
      const clicked = random("click", window * REQUESTS_PER_WINDOW + each) < CLICK_PROBABILITY;
      charged[window] = (charged[window] as number) + (clicked ? PRICE_MICROS : 0);
    }
    const { reportedMicros, inflightMicros } = knownAt(window);
    state = nextPassRate(PLAN, PASS_RATE, state, { window, spentMicros: micros(reportedMicros + inflightMicros) });
    spentByWindow.push(sum(charged));
  }
  return { spentMicros: sum(charged), insertions: sum(inserted), spentByWindow };
}

const overspend = ({ spentMicros }: Outcome) => Math.max(0, spentMicros - BUDGET_MICROS) / BUDGET_MICROS;

/** Root of the mean squared difference between the shares of the budget spent and of the day gone by. */
function planError({ spentByWindow }: Outcome): number {
  const squares = spentByWindow.map((spent, window) => (spent / BUDGET_MICROS - (window + 1) / WINDOWS) ** 2);
  return Math.sqrt(sum(squares) / WINDOWS);
}

for (const delay of [1, 2, 5]) {
  test(`spend reported ${delay} windows late: prediction keeps overspend below 5 % and uses 90 % of the budget`, async () => {
    const without = await serve({ delay, predicts: false, seed: 1 });
    const predicted = await serve({ delay, predicts: true, seed: 1 });
    expect(overspend(predicted)).toBeLessThanOrEqual(overspend(without));
    expect(overspend(predicted)).toBeLessThan(0.05);
    expect(predicted.spentMicros / BUDGET_MICROS).toBeGreaterThan(0.9);
  });
}

test("spend reported at once leaves nothing to predict", async () => {
  expect(await serve({ delay: 0, predicts: true, seed: 1 })).toEqual(
    await serve({ delay: 0, predicts: false, seed: 1 }),
  );
});

test("without prediction the later the report, the more is served free", async () => {
  const outcomes = await Promise.all([0, 1, 5].map((delay) => serve({ delay, predicts: false, seed: 1 })));
  const [atOnce, late, latest] = outcomes.map(overspend) as [number, number, number];
  expect(atOnce).toBeLessThan(0.01);
  expect(late).toBeGreaterThan(0.02);
  expect(latest).toBeGreaterThan(2 * late);
});

for (const delay of [0, 1, 5]) {
  test(`paced, with spend reported ${delay} windows late: overspend below 5 %, 90 % of the budget used, along the plan`, async ({
    annotate,
  }) => {
    const outcomes = await Promise.all([1, 2, 3, 4].map((seed) => serve({ delay, predicts: true, paced: true, seed })));
    const used = outcomes.map(({ spentMicros }) => spentMicros / BUDGET_MICROS);
    const most = (values: readonly number[]) => Math.max(...values);
    await annotate(
      `${Math.min(...used)} to ${most(used)} of the budget, at most ${most(outcomes.map(planError))} off plan`,
    );
    expect(most(outcomes.map(overspend))).toBeLessThan(0.05);
    expect(Math.min(...used)).toBeGreaterThanOrEqual(0.9);
    expect(most(outcomes.map(planError))).toBeLessThan(0.05);
  });
}

test("a pacer that is told reported spend alone strays from its plan when reports come five windows late", async () => {
  const told = await serve({ delay: 5, predicts: true, paced: true, seed: 2 });
  const untold = await serve({ delay: 5, predicts: false, paced: true, seed: 2 });
  expect(planError(untold)).toBeGreaterThan(1.5 * planError(told));
});
