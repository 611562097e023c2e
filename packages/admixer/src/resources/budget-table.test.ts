import { type AdDocument, campaignId } from "@tenon/ads-model";
import { IdColumn } from "@tenon/graph-core";
import { STATE_KNOWN, STATE_UNKNOWN } from "@tenon/nodes";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BudgetTable, UnpacedState } from "./budget-table.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const LIFETIME_MICROS = 1_000_000;

function campaign(id: number, daily: unknown = null): AdDocument {
  return {
    campaignId: campaignId(id),
    budget: { lifetime: { kind: "hardLifetime", capMicros: LIFETIME_MICROS }, daily, pacing: "even" },
  } as unknown as AdDocument;
}

function table(documents: readonly AdDocument[] = [campaign(1), campaign(2)]) {
  const clock = { nowMs: 10 * DAY_MS };
  const budgets = new BudgetTable(documents, () => clock.nowMs);
  const of = (id: number) => {
    const { status, asOfMs, lifetimeRemainingMicros, dailyRemainingMicros, inflightMicros } = budgets.remainingOf({
      campaignIds: IdColumn.from([id]),
    });
    return {
      status: status.at(0),
      asOfMs,
      lifetime: lifetimeRemainingMicros.at(0),
      daily: dailyRemainingMicros.at(0),
      inflight: inflightMicros.at(0),
    };
  };
  return { clock, budgets, of };
}

test("a campaign of the index is known with its whole budget, another is unknown, never full", () => {
  const { of, clock } = table();
  expect(of(1)).toEqual({
    status: STATE_KNOWN,
    asOfMs: clock.nowMs,
    lifetime: LIFETIME_MICROS,
    daily: Number.MAX_SAFE_INTEGER,
    inflight: 0,
  });
  expect(of(3)).toMatchObject({ status: STATE_UNKNOWN, lifetime: 0, daily: 0 });
});

test("what is inserted is in flight until it is charged, and a charge is spent", () => {
  const { of, budgets } = table();
  budgets.insert("i1", campaignId(1), 300);
  budgets.insert("i2", campaignId(1), 200);
  budgets.insert("i1", campaignId(1), 300);
  expect(of(1)).toMatchObject({ inflight: 500, lifetime: LIFETIME_MICROS });
  budgets.charge("i1", campaignId(1), 280);
  expect(of(1)).toMatchObject({ inflight: 200, lifetime: LIFETIME_MICROS - 280 });
  expect(of(2)).toMatchObject({ inflight: 0, lifetime: LIFETIME_MICROS });
});

test("an insertion that nobody charged within an hour is given up", () => {
  const { of, budgets, clock } = table();
  budgets.insert("old", campaignId(1), 300);
  clock.nowMs += HOUR_MS / 2;
  budgets.insert("new", campaignId(1), 200);
  clock.nowMs += HOUR_MS / 2;
  expect(of(1).inflight).toBe(200);
  budgets.charge("old", campaignId(1), 250);
  expect(of(1)).toMatchObject({ inflight: 200, lifetime: LIFETIME_MICROS - 250 });
});

test("a new day begins with the whole daily budget; what was spent in all stays spent", () => {
  const document = campaign(1, { kind: "softDaily", capMicros: 50_000, overdeliveryRatioMax: 0.25 });
  const { of, budgets, clock } = table([document]);
  const dailyMaxMicros = 62_500;
  budgets.charge("i1", campaignId(1), 1_000);
  expect(of(1)).toMatchObject({ daily: dailyMaxMicros - 1_000, lifetime: LIFETIME_MICROS - 1_000 });
  clock.nowMs += DAY_MS;
  expect(of(1)).toMatchObject({ daily: dailyMaxMicros, lifetime: LIFETIME_MICROS - 1_000 });
  budgets.charge("i2", campaignId(1), 500);
  expect(of(1)).toMatchObject({ daily: dailyMaxMicros - 500, lifetime: LIFETIME_MICROS - 1_500 });
});

test("in any order of events inflight is what is inserted, not charged and not old, and never negative", () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("insert" as const),
      id: fc.integer({ min: 0, max: 6 }),
      micros: fc.integer({ min: 0, max: 1_000 }),
    }),
    fc.record({
      kind: fc.constant("charge" as const),
      id: fc.integer({ min: 0, max: 6 }),
      micros: fc.integer({ min: 0, max: 1_000 }),
    }),
    fc.record({ kind: fc.constant("time" as const), id: fc.constant(0), micros: fc.integer({ min: 1, max: HOUR_MS }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { of, budgets, clock } = table();
      const model = new Map<number, { micros: number; untilMs: number }>();
      let charged = 0;
      for (const { kind, id, micros } of steps) {
        // The table forgets old insertions when it is asked.
        of(1);
        for (const [key, { untilMs }] of model) if (untilMs <= clock.nowMs) model.delete(key);
        if (kind === "time") clock.nowMs += micros;
        if (kind === "insert") budgets.insert(`i${id}`, campaignId(1), micros);
        if (kind === "insert" && !model.has(id)) model.set(id, { micros, untilMs: clock.nowMs + HOUR_MS });
        if (kind === "charge") budgets.charge(`i${id}`, campaignId(1), micros);
        if (kind === "charge") model.delete(id);
        if (kind === "charge") charged += micros;
        const inflight = [...model.values()].reduce(
          (sum, each) => sum + (each.untilMs <= clock.nowMs ? 0 : each.micros),
          0,
        );
        expect(of(1)).toMatchObject({ inflight, lifetime: LIFETIME_MICROS - charged });
      }
    }),
    { numRuns: 200 },
  );
});

test("without a pacer every campaign takes part", () => {
  const { passRate, asOfMs } = new UnpacedState(() => 5).ratesOf({ campaignIds: IdColumn.from([1, 2]) });
  expect([passRate.at(0), passRate.at(1), asOfMs]).toEqual([1, 1, 5]);
});
