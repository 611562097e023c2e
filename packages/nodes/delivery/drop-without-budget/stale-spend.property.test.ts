/**
 * Spend that is reported late (A9): one campaign, windows of requests, each insertion clicked with its probability and
 * reported `delay` windows later. The filter is the real one; predicted spend is the expected cost of what is not
 * reported yet.
 */
import { runNode } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { adsOf } from "../../testing/ads.ts";
import { budgetStateOf } from "../../testing/resources.ts";
import { seededRandom } from "../../testing/seeded-random.ts";
import { dropWithoutBudget } from "./drop-without-budget.ts";

const WINDOWS = 144;
const REQUESTS_PER_WINDOW = 40;
const PRICE_MICROS = 100_000;
const CLICK_PROBABILITY = 0.25;
/** An eighth of what the campaign would spend without a limit. */
const BUDGET_MICROS = (WINDOWS * REQUESTS_PER_WINDOW * PRICE_MICROS * CLICK_PROBABILITY) / 8;

interface Outcome {
  readonly spentMicros: number;
  readonly insertions: number;
}

async function serve(delay: number, predicts: boolean, seed: number): Promise<Outcome> {
  const random = seededRandom(seed);
  /** Charged micros and insertions by window. */
  const charged: number[] = [];
  const inserted: number[] = [];
  const cappedAds = adsOf([{ id: 1, campaignId: 10 }]);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  for (let window = 0; window < WINDOWS; window++) {
    charged.push(0);
    inserted.push(0);
    for (let request = 0; request < REQUESTS_PER_WINDOW; request++) {
      const reportedUpTo = Math.max(0, delay === 0 ? window + 1 : window - delay + 1);
      const reportedMicros = sum(charged.slice(0, reportedUpTo));
      const unreported = sum(inserted.slice(reportedUpTo));
      const inflightMicros = predicts ? unreported * CLICK_PROBABILITY * PRICE_MICROS : 0;
      const budgetState = budgetStateOf({
        asOfMs: 0,
        campaigns: { 10: { lifetimeRemainingMicros: BUDGET_MICROS - reportedMicros, inflightMicros } },
      });
      const uses = { budgetState, budgetPolicy: { stateAgeMaxMs: 1 } };
      const { fundedAds } = await runNode(dropWithoutBudget, { cappedAds }, { uses });
      if (fundedAds.size === 0) continue;
      inserted[window] = (inserted[window] as number) + 1;
      const clicked = random("click", window * REQUESTS_PER_WINDOW + request) < CLICK_PROBABILITY;
      charged[window] = (charged[window] as number) + (clicked ? PRICE_MICROS : 0);
    }
  }
  return { spentMicros: sum(charged), insertions: sum(inserted) };
}

const overspend = ({ spentMicros }: Outcome) => Math.max(0, spentMicros - BUDGET_MICROS) / BUDGET_MICROS;

for (const delay of [1, 2, 5]) {
  test(`spend reported ${delay} windows late: prediction keeps overspend below 5 % and uses 90 % of the budget`, async () => {
    const without = await serve(delay, false, 1);
    const predicted = await serve(delay, true, 1);
    expect(overspend(predicted)).toBeLessThanOrEqual(overspend(without));
    expect(overspend(predicted)).toBeLessThan(0.05);
    expect(predicted.spentMicros / BUDGET_MICROS).toBeGreaterThan(0.9);
  });
}

test("spend reported at once leaves nothing to predict", async () => {
  expect(await serve(0, true, 1)).toEqual(await serve(0, false, 1));
});

test("without prediction the later the report, the more is served free", async () => {
  const outcomes = await Promise.all([0, 1, 5].map((delay) => serve(delay, false, 1)));
  const [atOnce, late, latest] = outcomes.map(overspend) as [number, number, number];
  expect(atOnce).toBeLessThan(0.01);
  expect(late).toBeGreaterThan(0.02);
  expect(latest).toBeGreaterThan(2 * late);
});
