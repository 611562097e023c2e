/** Filters and maps in every form: async, cut, tried again, under a condition; generated and emitted, plain and checked. */
import { expect, test } from "vitest";
import { z } from "zod";
import { bothWays } from "../../test/support/emitted.ts";
import { A, B, base, both, byHand, manualClock, turns, Wanted } from "../../test/support/small-graphs.ts";
import {
  CandidateBatch,
  candidateBatchSchema,
  columnSchema,
  drop,
  F64Column,
  filter,
  graph,
  IdColumn,
  map,
  node,
  slot,
  type Verdict,
} from "../index.ts";

const Ads = slot("ads", candidateBatchSchema({ bid: "f64" }), { owner: "team-a" });
const CheapAds = slot("cheapAds", candidateBatchSchema({ bid: "f64" }), { owner: "team-a" });
const Score = slot("score", columnSchema("f64", { of: CheapAds }), { owner: "team-b" });
const Facts = slot("facts", z.object({ size: z.number(), length: z.string() }), { owner: "team-b" });
const makeAds = node({
  ...base,
  reads: [A],
  writes: [Ads],
  run: ({ a }) => ({
    ads: CandidateBatch.of(IdColumn.from(Array.from({ length: a }, (_, row) => row + 1)), {
      bid: F64Column.fill(a, (row) => row),
    }),
  }),
});
const decide = node({ ...base, reads: [A], writes: [Wanted], run: ({ a }) => ({ wanted: a > 3 }) });
const cheap =
  (ads: CandidateBatch<{ bid: F64Column }>): Verdict =>
  (row) =>
    ads.column("bid").at(row) > 2 ? drop("too_dear", 2, ads.column("bid").at(row)) : undefined;

test.each(both)(
  "async filters and maps, with retries and under a condition, give what sync ones give (checked: %s)",
  async (checked) => {
    let failures = 0;
    const keep = filter({
      ...base,
      of: Ads,
      kept: CheapAds,
      when: Wanted,
      async: true,
      retry: { attemptsMax: 1 },
      onFailure: "keepAll",
      run: async ({ ads }) => {
        if (failures++ % 2 === 0) throw new Error("flaky");
        return cheap(ads);
      },
    });
    const score = map({
      ...base,
      of: CheapAds,
      when: Wanted,
      writes: [Score, Facts],
      async: true,
      onFailure: "omit",
      run: async ({ cheapAds }) => ({
        score: F64Column.fill(cheapAds.size, (row) => row),
        facts: { size: 1_000, length: "no length" },
      }),
    });
    const sum = node({
      ...base,
      reads: [A],
      soft: [CheapAds, Score, Facts],
      writes: [B],
      run: ({ cheapAds, score, facts }) => ({
        b: (cheapAds?.size ?? -1) * 100 + (score?.length ?? -1) + (facts?.size ?? 0),
      }),
    });
    const declared = graph({
      name: "candidates",
      owner: "team-a",
      request: [A],
      nodes: { makeAds, decide, keep, score, sum },
      respond: [B],
    });
    for (const [, executor] of await bothWays(declared, { resources: {} })) {
      failures = 0;
      const ctx = executor.begin({ requestId: "r", checked });
      expect(await executor.execute({ a: 9 }, ctx)).toEqual({ b: 1_303 });
      expect(ctx.ledger.countsByReason()).toEqual(new Map([["too_dear", 6]]));
      expect(ctx.ledger.stages).toHaveLength(1);
      expect(ctx.trace?.attempts[2]).toBe(checked ? 1 : undefined);
      const skipped = executor.begin({ requestId: "s", checked });
      expect(await executor.execute({ a: 3 }, skipped)).toEqual({ b: -101 });
      expect(skipped.ledger.stages).toHaveLength(0);
      expect(failures).toBe(2);
    }
  },
);

test.each(both)(
  "a verdict that comes after the filter was cut, or after the run, is not booked (checked: %s)",
  async (checked) => {
    const { clock, advance } = manualClock();
    let verdict = byHand<void>();
    let later = byHand<{ b: number }>();
    const keep = filter({
      ...base,
      budgetMs: 20,
      of: Ads,
      kept: CheapAds,
      async: true,
      onFailure: { dropAll: "no_policy" },
      run: ({ ads }) => verdict.promise.then(() => cheap(ads)),
    });
    const wait = node({
      ...base,
      reads: [CheapAds],
      writes: [B],
      async: true,
      onFailure: "failRequest",
      run: () => later.promise,
    });
    const declared = graph({
      name: "late",
      owner: "team-a",
      request: [A],
      nodes: { makeAds, keep, wait },
      respond: [B],
    });
    for (const [, executor] of await bothWays(declared, { resources: {}, clock })) {
      verdict = byHand<void>();
      later = byHand<{ b: number }>();
      const ctx = executor.begin({ requestId: "r", checked });
      const result = executor.execute({ a: 5 }, ctx);
      advance(30);
      await turns(30);
      verdict.resolve();
      await turns(30);
      expect(ctx.ledger.stages).toHaveLength(1);
      expect(ctx.ledger.countsByReason()).toEqual(new Map([["no_policy", 5]]));
      expect(ctx.trace?.outcomeName(1)).toBe(checked ? "late" : undefined);
      later.resolve({ b: 1 });
      expect(await result).toEqual({ b: 1 });
      if (checked) expect(ctx.trace?.end[1]).toBeGreaterThanOrEqual(20);
      expect(executor.counts.stillRunning).toBe(0);
    }
  },
);

test.each(both)("a verdict that is no verdict drops nobody in silence (checked: %s)", async (checked) => {
  for (const answer of [false, null, Promise.reject(new Error("async verdict")), { why: "x" }]) {
    const silent = filter({ ...base, of: Ads, kept: CheapAds, run: (() => () => answer) as never });
    const size = node({ ...base, reads: [CheapAds], writes: [B], run: ({ cheapAds }) => ({ b: cheapAds.size }) });
    const declared = graph({
      name: "silent",
      owner: "team-a",
      request: [A],
      nodes: { makeAds, silent, size },
      respond: [B],
    });
    for (const [, executor] of await bothWays(declared, { resources: {} })) {
      expect(() => executor.execute({ a: 2 }, executor.begin({ requestId: "r", checked }))).toThrow(
        /TENON1205 node "silent" .*gave no verdict on row 0 \(candidate 1\)/,
      );
    }
  }
});
