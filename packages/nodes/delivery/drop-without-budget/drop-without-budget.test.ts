import { runNode } from "@tenon/graph-testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { adsOf } from "../../testing/ads.ts";
import { type BudgetFacts, budgetStateOf } from "../../testing/resources.ts";
import { droppedIn, executorOf } from "../../testing/run-in-graph.ts";
import { dropWithoutBudget } from "./drop-without-budget.ts";

runAdGoldens(dropWithoutBudget, import.meta.dirname, { bind: { budgetState: budgetStateOf } });

const STATE_AGE_MAX_MS = 60_000;
const micros = fc.integer({ min: -3, max: 3 });
const budget = fc.record({ lifetimeRemainingMicros: micros, dailyRemainingMicros: micros, inflightMicros: fc.nat(3) });
const campaigns = fc.dictionary(fc.constantFrom("1", "2", "3"), budget);
const ads = fc.uniqueArray(
  fc.record({ id: fc.integer({ min: 1, max: 20 }), campaignId: fc.integer({ min: 1, max: 4 }) }),
  {
    selector: ({ id }) => id,
  },
);

test("an ad is kept exactly if its campaign's budget is known, fresh and not used up by reported and predicted spend", async () => {
  await fc.assert(
    fc.asyncProperty(ads, campaigns, fc.integer({ min: 0, max: 2 * STATE_AGE_MAX_MS }), async (rows, known, ageMs) => {
      const facts: BudgetFacts = { asOfMs: 0, campaigns: known };
      const uses = { budgetState: budgetStateOf(facts), budgetPolicy: { stateAgeMaxMs: STATE_AGE_MAX_MS } };
      const { fundedAds, dropped } = await runNode(
        dropWithoutBudget,
        { cappedAds: adsOf(rows) },
        { uses, nowMs: ageMs },
      );
      for (const { id, campaignId } of rows) {
        const own = known[campaignId];
        const left =
          own === undefined ? 0 : Math.min(own.lifetimeRemainingMicros, own.dailyRemainingMicros) - own.inflightMicros;
        const certain = own !== undefined && ageMs <= STATE_AGE_MAX_MS;
        expect(fundedAds.rowOfId(id) >= 0).toBe(certain && left > 0);
        const drop = dropped.find((each: { id: number }) => each.id === id);
        if (!certain) expect(drop.reason).toBe("error");
        else if (left <= 0) expect(drop.reason).toMatch(/^(budget_exhausted|inflight_budget)$/);
      }
    }),
  );
});

test("when the budget state cannot be read, every ad is dropped as our error", async () => {
  const broken = {
    remainingOf: () => {
      throw new Error("feed lost");
    },
  };
  const executor = executorOf(dropWithoutBudget, { budgetState: broken, budgetPolicy: { stateAgeMaxMs: 1 } });
  const context = executor.begin({ requestId: "r1" });
  const response = await executor.execute({ cappedAds: adsOf([{ id: 1 }, { id: 2 }]) }, context);
  expect(response.fundedAds).toMatchObject({ size: 0 });
  expect(droppedIn(context)).toEqual([
    { id: 1, reason: "error" },
    { id: 2, reason: "error" },
  ]);
});
