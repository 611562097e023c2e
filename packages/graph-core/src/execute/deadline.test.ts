import { expect, test, vi } from "vitest";
import { A, B, base, byHand, C, manualClock, open, turns } from "../../test/support/small-graphs.ts";
import { graph, node } from "../index.ts";

test("a node that can degrade is cut at its budget: its signal aborts, its late result is dropped", async () => {
  const { clock, advance } = manualClock();
  const answer = byHand<{ b: number }>();
  let signal: AbortSignal | undefined;
  const remote = node({
    ...base,
    budgetMs: 20,
    reads: [A],
    writes: [B],
    async: true,
    onFailure: { fallback: { b: -1 } },
    run: (_inputs, ctx) => {
      signal = ctx.signal;
      return answer.promise;
    },
  });
  const use = node({ ...base, reads: [B], writes: [C], run: ({ b }) => ({ c: b }) });
  const { run, executor } = open(
    graph({ name: "cut", owner: "team-a", request: [A], nodes: { remote, use }, respond: [C] }),
    clock,
  );
  const { ctx, result } = run({ a: 1 });
  advance(18);
  expect(signal?.aborted).toBe(false);
  advance(6);
  expect(await result).toEqual({ c: -1 });
  expect(signal?.aborted).toBe(true);
  expect(signal?.reason).toMatchObject({ code: "TENON1204", node: "remote" });
  expect(ctx.trace?.outcomeName(0)).toBe("timeout");
  answer.resolve({ b: 5 });
  await turns();
  expect(executor.counts.lateResults).toBe(1);
  expect(executor.degraded.timeout[0]).toBe(1);
});

test("at the deadline the run fails, names who it waited for, and aborts their signals", async () => {
  const { clock, advance, timers } = manualClock();
  const never = byHand<{ b: number }>();
  let signal: AbortSignal | undefined;
  const remote = node({
    owner: "team-b",
    purpose: "never answers",
    reads: [A],
    writes: [B],
    async: true,
    onFailure: "failRequest",
    run: (_inputs, ctx) => {
      signal = ctx.signal;
      return never.promise;
    },
  });
  const { run, executor } = open(
    graph({ name: "late", owner: "team-a", request: [A], nodes: { remote }, respond: [B] }),
    clock,
  );
  const { result } = run({ a: 1 }, { deadlineMs: clock.nowMs() + 50 });
  advance(49);
  expect(signal?.aborted).toBe(false);
  advance(3);
  await expect(result).rejects.toMatchObject({
    code: "TENON1211",
    detail: 'still waiting for "remote" (owner team-b)',
  });
  expect(signal?.aborted).toBe(true);
  expect(executor.counts).toMatchObject({ expiredRequests: 1, stillRunning: 1, lateResults: 0 });
  never.resolve({ b: 1 });
  await turns();
  expect(executor.counts).toMatchObject({ stillRunning: 0, lateResults: 1 });
  advance(10);
  expect(timers()).toBe(0);
});

test("a request that arrives past its deadline, or with a wrong value, is not run", async () => {
  const ran = vi.fn(({ a }: { a: number }) => ({ b: a }));
  const { run, executor } = open(
    graph({
      name: "refuse",
      owner: "team-a",
      request: [A],
      nodes: { only: node({ ...base, reads: [A], writes: [B], run: ran }) },
      respond: [B],
    }),
  );
  expect(() => run({ a: 1 }, { nowMs: 10, deadlineMs: 10 })).toThrow(/TENON1211/);
  expect(() => run({ a: "one" as never })).toThrow(/TENON1101 request slot "a" of graph "refuse"/);
  expect(ran).not.toHaveBeenCalled();
  expect(executor.counts.failedRequests).toBe(2);
});
