import { expect, test, vi } from "vitest";
import { z } from "zod";
import {
  bind,
  type BeginOptions,
  CandidateBatch,
  candidateBatchSchema,
  columnSchema,
  compileGraph,
  createExecutor,
  drop,
  F64Column,
  filter,
  GraphError,
  type Graph,
  graph,
  type HostClock,
  IdColumn,
  map,
  node,
  resource,
  slot,
  subgraph,
} from "../index.ts";
import { rawValues } from "../internal.ts";

const number = (name: string) => slot(name, z.number(), { owner: "team-a" });
const A = slot("a", z.number(), { owner: "team-a" });
const B = slot("b", z.number(), { owner: "team-a" });
const C = slot("c", z.number(), { owner: "team-b" });
const D = slot("d", z.number(), { owner: "team-b" });
const Wanted = slot("wanted", z.boolean(), { owner: "team-a" });
const base = { owner: "team-a", purpose: "a test node" } as const;

/** A promise settled by hand. */
function byHand<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A clock moved by hand. */
function manualClock() {
  let nowMs = 1_000;
  let timers: { atMs: number; callback: () => void }[] = [];
  const clock: HostClock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after: (delayMs, callback) => {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
  };
  const advance = (ms: number): void => {
    const until = nowMs + ms;
    for (;;) {
      const next = timers.filter((timer) => timer.atMs <= until).sort((x, y) => x.atMs - y.atMs)[0];
      if (next === undefined) break;
      timers = timers.filter((timer) => timer !== next);
      nowMs = Math.max(nowMs, next.atMs);
      next.callback();
    }
    nowMs = until;
  };
  return { clock, advance, timers: () => timers.length };
}

async function turns(count = 10): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

function open<Request, Response>(declared: Graph<Request, Response, never>, clock?: HostClock) {
  const executor = createExecutor(compileGraph(declared), { resources: {}, ...(clock && { clock }) });
  const run = (request: Request, options: Partial<BeginOptions> = {}) => {
    const ctx = executor.begin({ requestId: "r1", ...options });
    return { ctx, result: executor.execute(request, ctx) };
  };
  return { executor, run };
}

const both = [false, true];

test.each(both)("a graph of sync nodes answers without a promise (checked: %s)", (checked) => {
  const double = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a * 2 }) });
  const add = node({ ...base, reads: [A, B], writes: [C], run: ({ a, b }) => ({ c: a + b }) });
  const { run } = open(graph({ name: "sync", owner: "team-a", request: [A], nodes: { add, double }, respond: [C] }));
  expect(run({ a: 2 }, { checked }).result).toEqual({ c: 6 });
});

test.each(both)("async nodes start together and each continues as soon as its own inputs are there (checked: %s)", async (checked) => {
  const log: string[] = [];
  const slow = byHand<{ b: number }>();
  const quick = byHand<{ c: number }>();
  const left = node({ ...base, reads: [A], writes: [B], async: true, onFailure: "failRequest", run: () => (log.push("left"), slow.promise) });
  const right = node({ ...base, reads: [A], writes: [C], async: true, onFailure: "failRequest", run: () => (log.push("right"), quick.promise) });
  const afterRight = node({ ...base, reads: [C], writes: [D], run: ({ c }) => (log.push("afterRight"), { d: c + 1 }) });
  const E = number("e");
  const join = node({ ...base, reads: [B, D], writes: [E], run: ({ b, d }) => ({ e: b + d }) });
  const { run } = open(graph({ name: "async", owner: "team-a", request: [A], nodes: { left, right, afterRight, join }, respond: [E] }));
  const { result } = run({ a: 1 }, { checked });
  expect(log).toEqual(["left", "right"]);
  quick.resolve({ c: 10 });
  await turns();
  expect(log).toEqual(["left", "right", "afterRight"]);
  slow.resolve({ b: 5 });
  expect(await result).toEqual({ e: 16 });
});

test("inside a segment async nodes start before a sync node that does not feed them", () => {
  const log: string[] = [];
  const heavy = node({ ...base, reads: [A], writes: [B], run: ({ a }) => (log.push("heavy"), { b: a }) });
  const remote = node({ ...base, reads: [A], writes: [C], async: true, onFailure: "failRequest", run: async ({ a }) => (log.push("remote"), { c: a }) });
  const join = node({ ...base, reads: [B, C], writes: [D], run: ({ b, c }) => ({ d: b + c }) });
  const { run } = open(graph({ name: "first", owner: "team-a", request: [A], nodes: { heavy, remote, join }, respond: [D] }));
  void run({ a: 1 }, { checked: false }).result;
  expect(log).toEqual(["remote", "heavy"]);
});

test.each(both)("an async node that has its value at once still settles in order (checked: %s)", async (checked) => {
  const cached = node({ ...base, reads: [A], writes: [B], async: true, onFailure: "failRequest", run: ({ a }) => ({ b: a + 1 }) });
  const sync = node({ ...base, reads: [A], writes: [C], run: ({ a }) => ({ c: a + 2 }) });
  const join = node({ ...base, reads: [B, C], writes: [D], run: ({ b, c }) => ({ d: b * c }) });
  const { run } = open(graph({ name: "cached", owner: "team-a", request: [A], nodes: { cached, sync, join }, respond: [D] }));
  expect(await run({ a: 1 }, { checked }).result).toEqual({ d: 6 });
});

test.each(both)("an error names graph, node, owner and the digest of the inputs (checked: %s)", (checked) => {
  const fine = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a }) });
  const broken = node({
    owner: "team-b",
    purpose: "fails",
    reads: [B],
    writes: [C],
    run: (): { c: number } => {
      throw new TypeError("no model");
    },
  });
  const { run, executor } = open(graph({ name: "broken", owner: "team-a", request: [A], nodes: { fine, broken }, respond: [C] }));
  const failure = (a: number) => {
    try {
      run({ a }, { checked });
    } catch (error) {
      return error as GraphError;
    }
    throw new Error("did not fail");
  };
  const error = failure(1);
  expect(error).toBeInstanceOf(GraphError);
  expect(error.message).toBe('TENON1201 node "broken" (owner team-b) of graph "broken" failed: no model');
  expect(error).toMatchObject({ code: "TENON1201", category: "node", graph: "broken", node: "broken", owner: "team-b" });
  expect(error.cause).toBeInstanceOf(TypeError);
  expect(error.inputDigest).toMatch(/^[0-9a-f]{64}$/);
  expect(failure(1).inputDigest).toBe(error.inputDigest);
  expect(failure(2).inputDigest).not.toBe(error.inputDigest);
  expect(executor.counts.failedRequests).toBe(3);
});

test.each(both)("a rejected promise is blamed on its own node, not on one that runs beside it (checked: %s)", async (checked) => {
  const first = byHand<{ b: number }>();
  const second = byHand<{ c: number }>();
  const left = node({ ...base, reads: [A], writes: [B], async: true, onFailure: "failRequest", run: () => first.promise });
  const right = node({ owner: "team-b", purpose: "fails", reads: [A], writes: [C], async: true, onFailure: "failRequest", run: () => second.promise });
  const join = node({ ...base, reads: [B, C], writes: [D], run: ({ b, c }) => ({ d: b + c }) });
  const { run, executor } = open(graph({ name: "blame", owner: "team-a", request: [A], nodes: { left, right, join }, respond: [D] }));
  const { result } = run({ a: 1 }, { checked });
  second.reject(new Error("backend gone"));
  await expect(result).rejects.toMatchObject({ code: "TENON1201", node: "right", owner: "team-b" });
  expect(executor.counts.stillRunning).toBe(1);
  first.resolve({ b: 1 });
  await turns();
  expect(executor.counts).toMatchObject({ stillRunning: 0, lateResults: 1 });
});

test("whatever a node throws or rejects with, the run fails with its name and nothing is left unhandled", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  const odd = [undefined, null, "text", 7, Symbol("s"), { toString: () => { throw new Error("hostile"); } }, Object.create(null)];
  for (const thrown of odd) {
    for (const how of ["throw", "reject", "late"]) {
      const later = byHand<{ c: number }>();
      const bad = node({
        ...base,
        reads: [A],
        writes: [B],
        async: true, onFailure: "failRequest",
        run: () => {
          if (how === "throw") throw thrown;
          return Promise.reject(thrown);
        },
      });
      const other = node({ ...base, reads: [A], writes: [C], async: true, onFailure: "failRequest", run: () => later.promise });
      const join = node({ ...base, reads: [B, C], writes: [D], run: ({ b, c }) => ({ d: b + c }) });
      const { run } = open(graph({ name: "odd", owner: "team-a", request: [A], nodes: { other, bad, join }, respond: [D] }));
      await expect(run({ a: 1 }, { checked: how === "late" }).result).rejects.toMatchObject({ code: "TENON1201", node: "bad" });
      later.reject(new Error("after the end"));
    }
  }
  await turns(20);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test.each(both)("a promise from a node that is not declared async is refused by name (checked: %s)", (checked) => {
  const sneaky = node({ ...base, reads: [A], writes: [B], run: (({ a }: { a: number }) => Promise.resolve({ b: a })) as never });
  const { run } = open(graph({ name: "sneaky", owner: "team-a", request: [A], nodes: { sneaky }, respond: [B] }));
  expect(() => run({ a: 1 }, { checked }).result).toThrow(/TENON1202 node "sneaky".*returned no value for slot "b"/);
});

test("an output that is not declared, or of the wrong schema, is refused in a checked run", () => {
  const extra = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a, debug: 1 }) as { b: number } });
  const wrong = node({ ...base, reads: [A], writes: [B], run: () => ({ b: Number.NaN }) });
  const opened = (tested: typeof extra) => open(graph({ name: "outputs", owner: "team-a", request: [A], nodes: { tested }, respond: [B] }));
  expect(() => opened(extra).run({ a: 1 }).result).toThrow(/TENON1203 node "tested".*returned "debug"/);
  expect(() => opened(wrong).run({ a: 1 }).result).toThrow(/TENON1209 node "tested".*slot "b"/);
});

test("values are deep-frozen in a checked run", () => {
  const Deep = slot("deep", z.object({ list: z.array(z.object({ n: z.number() })) }), { owner: "team-a" });
  const make = node({ ...base, reads: [A], writes: [Deep], run: ({ a }) => ({ deep: { list: [{ n: a }] } }) });
  const vandal = node({
    owner: "team-b",
    purpose: "writes to its input",
    reads: [Deep],
    writes: [B],
    run: ({ deep }) => {
      (deep.list[0] as { n: number }).n = 9;
      return { b: 1 };
    },
  });
  const { run } = open(graph({ name: "frozen", owner: "team-a", request: [A], nodes: { make, vandal }, respond: [B] }));
  expect(() => run({ a: 1 }, { checked: true }).result).toThrow(/TENON1201 node "vandal" \(owner team-b\).*read only property 'n'/);
});

test("a write to the array behind a column is found, and both sides are named", () => {
  const Scores = slot("scores", columnSchema("f64"), { owner: "team-a" });
  const make = node({ ...base, reads: [A], writes: [Scores], run: () => ({ scores: F64Column.from([1, 2, 3]) }) });
  const vandal = node({
    owner: "team-b",
    purpose: "writes to its input",
    reads: [Scores],
    writes: [B],
    run: ({ scores }) => {
      rawValues(scores)[1] = 99;
      return { b: scores.at(1) };
    },
  });
  const { run } = open(graph({ name: "column", owner: "team-a", request: [A], nodes: { make, vandal }, respond: [B] }));
  expect(() => run({ a: 1 }, { checked: true }).result).toThrow(
    expect.objectContaining({
      message: 'TENON1208 slot "scores" changed after "make" (owner team-a) wrote it',
      detail: 'read by "vandal" (owner team-b)',
    }),
  );
});

test.each(both)("a failing node with a fallback gives its fallback, one with omit gives nothing (checked: %s)", async (checked) => {
  const fails = async (): Promise<never> => {
    throw new Error("backend gone");
  };
  const withFallback = node({ ...base, reads: [A], writes: [B], async: true, onFailure: { fallback: { b: 7 } }, run: fails });
  const omitted = node({ ...base, reads: [A], writes: [C], async: true, onFailure: "omit", run: fails });
  const syncFallback = node({
    ...base,
    reads: [A],
    writes: [Wanted],
    onFailure: { fallback: { wanted: true } },
    run: (): { wanted: boolean } => {
      throw new Error("no");
    },
  });
  const join = node({ ...base, reads: [B, Wanted], soft: [C], writes: [D], run: ({ b, c, wanted }) => ({ d: b + (c ?? 0) + (wanted ? 100 : 0) }) });
  const { run, executor } = open(
    graph({ name: "degrade", owner: "team-a", request: [A], nodes: { withFallback, omitted, syncFallback, join }, respond: [D] }),
  );
  const { ctx, result } = run({ a: 1 }, { checked });
  expect(await result).toEqual({ d: 107 });
  expect([...executor.degraded.failed].reduce((sum, count) => sum + count)).toBe(3);
  if (checked) expect(["fallback", "omitted", "fallback", "ok"]).toEqual([0, 1, 2, 3].map((at) => ctx.trace?.outcomeName(at)));
});

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
  const { run, executor } = open(graph({ name: "cut", owner: "team-a", request: [A], nodes: { remote, use }, respond: [C] }), clock);
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
    async: true, onFailure: "failRequest",
    run: (_inputs, ctx) => {
      signal = ctx.signal;
      return never.promise;
    },
  });
  const { run, executor } = open(graph({ name: "late", owner: "team-a", request: [A], nodes: { remote }, respond: [B] }), clock);
  const { result } = run({ a: 1 }, { deadlineMs: clock.nowMs() + 50 });
  advance(49);
  expect(signal?.aborted).toBe(false);
  advance(3);
  await expect(result).rejects.toMatchObject({ code: "TENON1211", detail: 'still waiting for "remote" (owner team-b)' });
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
    graph({ name: "refuse", owner: "team-a", request: [A], nodes: { only: node({ ...base, reads: [A], writes: [B], run: ran }) }, respond: [B] }),
  );
  expect(() => run({ a: 1 }, { nowMs: 10, deadlineMs: 10 })).toThrow(/TENON1211/);
  expect(() => run({ a: "one" as never })).toThrow(/TENON1101 request slot "a" of graph "refuse"/);
  expect(ran).not.toHaveBeenCalled();
  expect(executor.counts.failedRequests).toBe(2);
});

test.each(both)("a node under a false condition is skipped, with everything that only it needs (checked: %s)", async (checked) => {
  const ran: string[] = [];
  const E = number("e");
  const build = (wanted: boolean) => {
    const decide = node({ ...base, reads: [A], writes: [Wanted], run: () => ({ wanted }) });
    const upstream = node({ ...base, reads: [A], writes: [B], async: true, onFailure: "failRequest", run: async ({ a }) => (ran.push("upstream"), { b: a }) });
    const conditional = node({ ...base, reads: [B], when: Wanted, writes: [C], async: true, onFailure: "failRequest", run: async ({ b }) => (ran.push("conditional"), { c: b }) });
    const under = node({ ...base, reads: [C], when: Wanted, writes: [E], run: ({ c }) => (ran.push("under"), { e: c + 1 }) });
    const join = node({ ...base, reads: [A], soft: [E], writes: [D], run: ({ a, e }) => ({ d: a + (e ?? 1000) }) });
    return open(
      graph({ name: "when", owner: "team-a", request: [A], nodes: { upstream, conditional, under, join, decide }, respond: [D] }),
    ).run({ a: 1 }, { checked });
  };
  expect(await build(false).result).toEqual({ d: 1001 });
  expect(ran).toEqual([]);
  expect(await build(true).result).toEqual({ d: 3 });
  expect(ran).toEqual(["upstream", "conditional", "under"]);
});

test("an upstream that an unconditional node reads too runs whatever the condition", () => {
  const ran: string[] = [];
  const decide = node({ ...base, reads: [A], writes: [Wanted], run: () => ({ wanted: false }) });
  const upstream = node({ ...base, reads: [A], writes: [B], run: ({ a }) => (ran.push("upstream"), { b: a }) });
  const conditional = node({ ...base, reads: [B], when: Wanted, writes: [C], run: ({ b }) => ({ c: b }) });
  const join = node({ ...base, reads: [B], soft: [C], writes: [D], run: ({ b }) => ({ d: b }) });
  const { run } = open(graph({ name: "shared", owner: "team-a", request: [A], nodes: { decide, upstream, conditional, join }, respond: [D] }));
  expect(run({ a: 3 }).result).toEqual({ d: 3 });
  expect(ran).toEqual(["upstream"]);
});

test("a node is tried again up to its attempts, then fails or degrades", async () => {
  let calls = 0;
  const flaky = (failures: number) => async () => {
    if (++calls <= failures) throw new Error(`attempt ${calls}`);
    return { b: calls };
  };
  const opened = (failures: number) =>
    open(
      graph({
        name: "retry",
        owner: "team-a",
        request: [A],
        nodes: { remote: node({ ...base, reads: [A], writes: [B], async: true, onFailure: "failRequest", retry: { attemptsMax: 3 }, run: flaky(failures) }) },
        respond: [B],
      }),
    );
  const second = opened(2).run({ a: 1 });
  expect(await second.result).toEqual({ b: 3 });
  expect(second.ctx.trace?.attempts[0]).toBe(2);
  calls = 0;
  await expect(opened(3).run({ a: 1 }).result).rejects.toMatchObject({ node: "remote", code: "TENON1201" });
  expect(calls).toBe(3);
});

test("a switched-off node is not called and its policy applies, from the next request on", async () => {
  const ran = vi.fn(async ({ a }: { a: number }) => ({ b: a }));
  const remote = node({ ...base, reads: [A], writes: [B], async: true, onFailure: { fallback: { b: -1 } }, run: ran });
  const use = node({ ...base, reads: [B], writes: [C], run: ({ b }) => ({ c: b }) });
  const { run, executor } = open(graph({ name: "switch", owner: "team-a", request: [A], nodes: { remote, use }, respond: [C] }));
  const before = executor.begin({ requestId: "before" });
  executor.setSwitch("remote", false);
  expect(await run({ a: 4 }).result).toEqual({ c: -1 });
  expect(ran).not.toHaveBeenCalled();
  expect(await executor.execute({ a: 4 }, before)).toEqual({ c: 4 });
  executor.setSwitch("remote", true);
  expect(await run({ a: 4 }).result).toEqual({ c: 4 });
  expect(() => executor.setSwitch("use", false)).toThrow(/TENON1210 node "use" .*cannot be switched off.*/);
  expect(() => executor.setSwitch("nobody", false)).toThrow(/TENON1210 graph "switch" has no node "nobody"/);
});

const Ads = slot("ads", candidateBatchSchema({ bid: "f64" }), { owner: "team-a" });
const CheapAds = slot("cheapAds", candidateBatchSchema({ bid: "f64" }), { owner: "team-a" });
const Score = slot("score", columnSchema("f64", { of: CheapAds }), { owner: "team-b" });
const makeAds = node({
  ...base,
  reads: [A],
  writes: [Ads],
  run: ({ a }) => ({
    ads: CandidateBatch.of(
      IdColumn.from(Array.from({ length: a }, (_, row) => row + 1)),
      { bid: F64Column.fill(a, (row) => row) },
    ),
  }),
});
const keepCheap = filter({
  ...base,
  of: Ads,
  kept: CheapAds,
  run: ({ ads }) => (row) => (ads.column("bid").at(row) > 2 ? drop("too_dear", 2, ads.column("bid").at(row)) : undefined),
});

test.each(both)("a filter's kept batch and the reason ledger come from its verdicts; nothing is lost (checked: %s)", (checked) => {
  const count = node({ ...base, reads: [CheapAds], writes: [B], run: ({ cheapAds }) => ({ b: cheapAds.size }) });
  const { run } = open(graph({ name: "filter", owner: "team-a", request: [A], nodes: { makeAds, keepCheap, count }, respond: [B] }));
  const { ctx, result } = run({ a: 10 }, { checked });
  expect(result).toEqual({ b: 3 });
  expect(ctx.ledger.countsByReason()).toEqual(new Map([["too_dear", 7]]));
  expect(ctx.ledger.conserved()).toMatchObject({ entered: 10, kept: 3, dropped: 7 });
  expect(ctx.ledger.explain(4).steps).toEqual([{ nodeIndex: 1, fate: "dropped", drop: drop("too_dear", 2, 3) }]);
});

test.each(both)("a failing filter keeps or drops all, as declared (checked: %s)", (checked) => {
  const failing = (onFailure: "keepAll" | { readonly dropAll: string }) =>
    filter({
      ...base,
      of: Ads,
      kept: CheapAds,
      onFailure,
      run: () => {
        throw new Error("no policy");
      },
    });
  const count = node({ ...base, reads: [CheapAds], writes: [B], run: ({ cheapAds }) => ({ b: cheapAds.size }) });
  const opened = (judge: ReturnType<typeof failing>) =>
    open(graph({ name: "failing", owner: "team-a", request: [A], nodes: { makeAds, judge, count }, respond: [B] })).run({ a: 4 }, { checked });
  expect(opened(failing("keepAll")).result).toEqual({ b: 4 });
  const all = opened(failing({ dropAll: "error" }));
  expect(all.result).toEqual({ b: 0 });
  expect(all.ctx.ledger.countsByReason()).toEqual(new Map([["error", 4]]));
});

test.each(both)("a filter without a verdict and a map of another length are refused by name (checked: %s)", (checked) => {
  const noVerdict = filter({ ...base, of: Ads, kept: CheapAds, run: (() => true) as never });
  const short = map({ ...base, of: CheapAds, writes: [Score], run: ({ cheapAds }) => ({ score: F64Column.fill(cheapAds.size - 1, () => 0) }) });
  const sum = node({ ...base, reads: [Score], writes: [B], run: ({ score }) => ({ b: score.length }) });
  const opened = (judge: typeof keepCheap) =>
    open(graph({ name: "kinds", owner: "team-a", request: [A], nodes: { makeAds, judge, short, sum }, respond: [B] })).run({ a: 4 }, { checked });
  expect(() => opened(noVerdict as never)).toThrow(/TENON1205 node "judge"/);
  expect(() => opened(keepCheap)).toThrow(/TENON1206 node "short".*wrote 2 values to slot "score" for a batch of 3/);
});

test("a subgraph's inner slots are its own", () => {
  const inner = subgraph({
    owner: "team-b",
    purpose: "adds one twice",
    in: [A],
    nodes: {
      once: node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a + 1 }) }),
      twice: node({ ...base, reads: [B], writes: [C], run: ({ b }) => ({ c: b + 1 }) }),
    },
    out: [C],
  });
  const outerB = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a * 100 }) });
  const join = node({ ...base, reads: [B, C], writes: [D], run: ({ b, c }) => ({ d: b + c }) });
  const { run, executor } = open(graph({ name: "nested", owner: "team-a", request: [A], nodes: { inner, outerB, join }, respond: [D] }));
  expect(run({ a: 1 }).result).toEqual({ d: 103 });
  expect(executor.plan.nodes.map((each) => each.wired.name)).toEqual(["inner/once", "inner/twice", "outerB", "join"]);
});

test("resources come from bindings, one version per request; an unbound one is refused by name", () => {
  const Policy = resource<{ readonly factor: number }>()("policy", { owner: "team-b", purpose: "a factor" });
  const Other = resource<{ readonly factor: number }>()("other", { owner: "team-b", purpose: "undeclared" });
  const times = node({ ...base, reads: [A], writes: [B], uses: [Policy], run: ({ a }, { uses }) => ({ b: a * uses.policy.factor }) });
  const sneaky = node({
    ...base,
    reads: [B],
    writes: [C],
    uses: [Other],
    run: ({ b }, { uses }) => ({ c: b + ((uses as unknown as { policy?: { factor: number } }).policy?.factor ?? 0) }),
  });
  const plan = compileGraph(graph({ name: "uses", owner: "team-a", request: [A], nodes: { times, sneaky }, respond: [C] }));
  let current = { factor: 2 };
  const other = bind(Other, { value: { factor: 0 } });
  const executor = createExecutor(plan, { resources: { policy: bind(Policy, { current: () => current }), other } });
  const first = executor.begin({ requestId: "1" });
  current = { factor: 3 };
  expect(executor.execute({ a: 1 }, first)).toEqual({ c: 2 });
  expect(executor.execute({ a: 1 }, executor.begin({ requestId: "2" }))).toEqual({ c: 3 });
  expect(() => createExecutor(plan, { resources: { other } as never })).toThrow(/TENON1301 resource "policy" \(owner team-b\) is not bound/);
});

test("a shadow runs after the answer, is compared with its primary and read by nobody", async () => {
  const { clock, advance } = manualClock();
  const primary = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a * 2 }) });
  const shadow = node({ owner: "team-b", purpose: "the new way", reads: [A], writes: [B], run: ({ a }) => ({ b: a === 3 ? 0 : a + a }) });
  const declared = graph({
    name: "shadowed",
    owner: "team-a",
    request: [A],
    nodes: { primary },
    shadows: { primaryV2: { of: "primary", node: shadow } },
    respond: [B],
  });
  const seen: string[] = [];
  const executor = createExecutor(compileGraph(declared), {
    resources: {},
    clock,
    onShadow: (node, requestId, outcome) => seen.push(`${node.name} ${requestId} ${outcome}`),
  });
  for (const a of [1, 2, 3]) expect(executor.execute({ a }, executor.begin({ requestId: `r${a}` }))).toEqual({ b: a * 2 });
  expect(executor.execute({ a: 3 }, executor.begin({ requestId: "shed", quality: 0.9 }))).toEqual({ b: 6 });
  advance(1);
  await turns();
  expect(executor.counts).toMatchObject({ shadowAgreements: 2, shadowDifferences: 1, shadowFailures: 0 });
  expect(seen).toEqual(["primaryV2 r3 differs"]);
});

test("random numbers depend on seed, name and index alone", () => {
  const { executor } = open(graph({ name: "dice", owner: "team-a", request: [A], nodes: { n: node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a }) }) }, respond: [B] }));
  const one = executor.begin({ requestId: "x", seed: 5 }).random;
  const same = executor.begin({ requestId: "y", seed: 5 }).random;
  const other = executor.begin({ requestId: "x", seed: 6 }).random;
  expect(same("lottery", 3)).toBe(one("lottery", 3));
  expect(other("lottery", 3)).not.toBe(one("lottery", 3));
  expect(one("lottery", 4)).not.toBe(one("lottery", 3));
  const draws = Array.from({ length: 20_000 }, (_, index) => one("uniform", index));
  const bins = new Array<number>(20).fill(0);
  for (const draw of draws) bins[Math.floor(draw * 20)] = (bins[Math.floor(draw * 20)] ?? 0) + 1;
  const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  expect(chiSquare).toBeLessThan(43.8); // 19 degrees of freedom, p = 0.001
});
