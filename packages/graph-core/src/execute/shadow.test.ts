import { expect, test } from "vitest";
import { z } from "zod";
import { A, B, base, both, byHand, C, manualClock, open, turns, Wanted } from "../../test/support/small-graphs.ts";
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
  type Node,
  node,
  slot,
  subgraph,
} from "../index.ts";

const Ads = slot("ads", candidateBatchSchema({ bid: "f64" }), { owner: "team-a" });
const CheapAds = slot("cheapAds", candidateBatchSchema({ bid: "f64" }), { owner: "team-a" });
const Score = slot("score", columnSchema("f64", { of: Ads }), { owner: "team-b" });
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
const cheaperThan = (limit: number) =>
  filter({
    ...base,
    of: Ads,
    kept: CheapAds,
    run:
      ({ ads }) =>
      (row) =>
        ads.column("bid").at(row) > limit ? drop("too_dear") : undefined,
  });
const laterThan = (limit: number) =>
  filter({
    ...base,
    of: Ads,
    kept: CheapAds,
    async: true,
    onFailure: "keepAll",
    run: async ({ ads }) => {
      await Promise.resolve();
      return (row: number) => (ads.column("bid").at(row) > limit ? drop("too_dear") : undefined);
    },
  });
const scoredBy = (factor: number) =>
  map({
    ...base,
    of: Ads,
    writes: [Score],
    run: ({ ads }) => ({ score: F64Column.fill(ads.size, (row) => row * factor) }),
  });
const count = node({
  ...base,
  reads: [CheapAds, Score],
  writes: [B],
  run: ({ cheapAds, score }) => ({ b: cheapAds.size + score.length }),
});

async function compared(shadow: Node, of: "keep" | "score", checked: boolean) {
  const { clock, advance } = manualClock();
  const seen: string[] = [];
  const nodes = { makeAds, keep: cheaperThan(2), score: scoredBy(2), count };
  const { run, executor } = open(
    graph({
      name: "shadowed",
      owner: "team-a",
      request: [A],
      nodes,
      shadows: { next: { of, node: shadow } },
      respond: [B],
    }),
    clock,
    { onShadow: (_node, _requestId, outcome) => seen.push(outcome) },
  );
  const { ctx, result } = run({ a: 5 }, { checked });
  expect(result).toEqual({ b: 8 });
  advance(1);
  await turns(20);
  expect(ctx.ledger.stages).toHaveLength(1);
  const { shadowAgreements, shadowDifferences, shadowFailures } = executor.counts;
  expect(executor.wheel.size).toBe(0);
  return [shadowAgreements, shadowDifferences, shadowFailures, ...seen];
}

test.each(both)("a shadow of a filter is compared by the candidates it keeps (checked: %s)", async (checked) => {
  expect(await compared(cheaperThan(2), "keep", checked)).toEqual([1, 0, 0]);
  expect(await compared(laterThan(2), "keep", checked)).toEqual([1, 0, 0]);
  expect(await compared(cheaperThan(1), "keep", checked)).toEqual([0, 1, 0, "differs"]);
  const silent = filter({ ...base, of: Ads, kept: CheapAds, run: (() => () => false) as never });
  expect(await compared(silent, "keep", checked)).toEqual([0, 0, 1, "failed"]);
});

test.each(both)("a shadow of a map is compared by its columns (checked: %s)", async (checked) => {
  expect(await compared(scoredBy(2), "score", checked)).toEqual([1, 0, 0]);
  expect(await compared(scoredBy(3), "score", checked)).toEqual([0, 1, 0, "differs"]);
});

test.each(both)(
  "a shadow is not compared with a primary that was skipped or degraded (checked: %s)",
  async (checked) => {
    const { clock, advance } = manualClock();
    const decide = node({ ...base, reads: [A], writes: [Wanted], run: ({ a }) => ({ wanted: a > 1 }) });
    const primary = node({
      ...base,
      reads: [A],
      when: Wanted,
      writes: [B],
      onFailure: "omit",
      run: ({ a }) => {
        if (a === 3) throw new Error("down");
        return { b: a };
      },
    });
    const join = node({ ...base, reads: [A], soft: [B], writes: [C], run: ({ a, b }) => ({ c: a + (b ?? 0) }) });
    const same = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a }) });
    const declared = graph({
      name: "skipped",
      owner: "team-a",
      request: [A],
      nodes: { decide, primary, join },
      shadows: { next: { of: "primary", node: same } },
      respond: [C],
    });
    const { run, executor } = open(declared, clock);
    for (const a of [1, 2, 3]) run({ a }, { checked });
    advance(1);
    await turns(20);
    expect(executor.counts).toMatchObject({ shadowAgreements: 1, shadowDifferences: 0, shadowFailures: 0 });
  },
);

test("a shadow may stand beside a whole subgraph", async () => {
  const { clock, advance } = manualClock();
  const Inner = slot("inner", z.number(), { owner: "team-a" });
  const part = subgraph({
    owner: "team-a",
    purpose: "twice",
    in: [A],
    nodes: {
      first: node({ ...base, reads: [A], writes: [Inner], run: ({ a }) => ({ inner: a }) }),
      second: node({ ...base, reads: [Inner], writes: [B], run: ({ inner }) => ({ b: inner * 2 }) }),
    },
    out: [B],
  });
  const same = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a + a }) });
  const { run, executor } = open(
    graph({
      name: "whole",
      owner: "team-a",
      request: [A],
      nodes: { part },
      shadows: { next: { of: "part", node: same } },
      respond: [B],
    }),
    clock,
  );
  expect(run({ a: 2 }).result).toEqual({ b: 4 });
  advance(1);
  await turns();
  expect(executor.counts).toMatchObject({ shadowAgreements: 1, shadowDifferences: 0, shadowFailures: 0 });
});

test("whatever a shadow or its listener does, the request is answered; a shadow out too long is stopped", async () => {
  const unhandled: unknown[] = [];
  const keep = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", keep);
  const { clock, advance } = manualClock();
  const never = byHand<{ b: number }>();
  const signals: AbortSignal[] = [];
  const behaviours: readonly ((ctx: { signal: AbortSignal }) => unknown)[] = [
    () => {
      throw new Error("no");
    },
    () => Promise.reject(new Error("no")),
    () => undefined,
    () => ({ b: new Map() }),
    (ctx) => {
      signals.push(ctx.signal);
      return never.promise;
    },
  ];
  for (const behaviour of behaviours) {
    const primary = node({
      ...base,
      reads: [A],
      writes: [B],
      async: true,
      onFailure: "failRequest",
      run: async ({ a }) => ({ b: a }),
    });
    const shadow = node({
      ...base,
      reads: [A],
      writes: [B],
      async: true,
      onFailure: "failRequest",
      run: ((_inputs: unknown, ctx: { signal: AbortSignal }) => behaviour(ctx)) as never,
    });
    const { run, executor } = open(
      graph({
        name: "hostile",
        owner: "team-a",
        request: [A],
        nodes: { primary },
        shadows: { next: { of: "primary", node: shadow } },
        respond: [B],
      }),
      clock,
      {
        onShadow: () => {
          throw new Error("listener");
        },
      },
    );
    expect(await run({ a: 1 }).result).toEqual({ b: 1 });
    advance(1);
    await turns(20);
    expect(signals.map((signal) => signal.aborted)).toEqual(signals.map(() => false));
    advance(1_100);
    await turns(20);
    expect(executor.counts).toMatchObject({ shadowFailures: 1, listenerFailures: 1 });
    expect(executor.wheel.size).toBe(0);
  }
  expect(signals.map((signal) => signal.aborted)).toEqual([true]);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", keep);
  expect(unhandled).toEqual([]);
});
