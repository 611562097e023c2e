/** Nodes that do what no node should: the run still ends in a named error or its declared policy, and nothing leaks. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { A, B, base, both, byHand, C, D, manualClock, open, turns } from "../../test/support/small-graphs.ts";
import { checkGraph, type FailurePolicy, type GraphError, graph, node, slot } from "../index.ts";

const unhandled: unknown[] = [];
const keep = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", keep);
});
afterEach(async () => {
  await turns(20);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", keep);
  expect(unhandled).toEqual([]);
});

const policies: readonly FailurePolicy<{ b: number }>[] = ["failRequest", { fallback: { b: -1 } }];
const cases = both.flatMap((checked) => policies.map((onFailure) => ({ checked, onFailure })));

/** A graph with the node under test and a sync reader. */
function around(answer: () => unknown, onFailure: FailurePolicy<{ b: number }>, isAsync = true) {
  const hostile = node({ ...base, reads: [A], writes: [B], async: isAsync, onFailure, run: answer as never });
  const use = node({ ...base, reads: [B], writes: [C], run: ({ b }) => ({ c: b }) });
  return open(graph({ name: "hostile", owner: "team-a", request: [A], nodes: { hostile, use }, respond: [C] }));
}

const throwing = (): unknown => {
  throw new Error("trap");
};
const hostileRecords: Readonly<Record<string, () => unknown>> = {
  getter: () => Object.defineProperty({}, "b", { enumerable: true, get: throwing }),
  proxy: () => Object.freeze(new Proxy({}, { get: (_target, name) => (name === "then" ? undefined : throwing()) })),
  "keys of a proxy": () => new Proxy({}, { ownKeys: throwing as never }),
  // biome-ignore lint/suspicious/noThenProperty: the subject
  "getter for then": () => Object.defineProperty({}, "then", { get: throwing }),
};

test.each(cases)("a record whose property cannot be read fails its own node, $checked $onFailure", async (options) => {
  for (const record of Object.values(hostileRecords)) {
    for (const isAsync of [true, false]) {
      for (const later of isAsync ? [true, false] : [false]) {
        const { run, executor } = around(
          later ? () => Promise.resolve().then(record) : record,
          options.onFailure,
          isAsync,
        );
        const result = Promise.resolve()
          .then(() => run({ a: 1 }, options).result)
          .catch((error: GraphError) => error);
        if (options.onFailure === "failRequest") expect(await result).toMatchObject({ node: "hostile" });
        else expect(await result).toEqual({ c: -1 });
        expect(executor.counts.stillRunning).toBe(0);
      }
    }
  }
});

test.each(cases)("a thenable that calls back twice settles its node once, $checked $onFailure", async (options) => {
  const twice = {
    // biome-ignore lint/suspicious/noThenProperty: the subject
    then: (on: (record: unknown) => void) => {
      on({ b: 3 });
      on({ b: 4 });
    },
  };
  const { run, executor } = around(() => twice, options.onFailure);
  expect(await run({ a: 1 }, options).result).toEqual({ c: 3 });
  expect(executor.counts).toMatchObject({ lateResults: 0, stillRunning: 0 });
});

test.each(both)("a rejecting promise of a node that is not declared async is handled (checked: %s)", (checked) => {
  for (const onFailure of policies) {
    const { run } = around(() => Promise.reject(new Error("forgot async")), onFailure, false);
    const result = (): unknown => run({ a: 1 }, { checked }).result;
    if (onFailure === "failRequest") expect(result).toThrow(/TENON1202 node "hostile"/);
    else expect(result()).toEqual({ c: -1 });
  }
});

test.each(both)(
  "NaN as a rejection is blamed on its node and the gauge returns to zero (checked: %s)",
  async (checked) => {
    const later = byHand<{ c: number }>();
    const bad = node({
      ...base,
      reads: [A],
      writes: [B],
      async: true,
      onFailure: "failRequest",
      run: () => Promise.reject<never>(Number.NaN),
    });
    const other = node({
      ...base,
      reads: [A],
      writes: [C],
      async: true,
      onFailure: "failRequest",
      run: () => later.promise,
    });
    const join = node({ ...base, reads: [B, C], writes: [D], run: ({ b, c }) => ({ d: b + c }) });
    const { run, executor } = open(
      graph({ name: "nan", owner: "team-a", request: [A], nodes: { other, bad, join }, respond: [D] }),
    );
    await expect(run({ a: 1 }, { checked }).result).rejects.toMatchObject({ node: "bad", code: "TENON1201" });
    expect(executor.counts.stillRunning).toBe(1);
    later.resolve({ c: 1 });
    await turns();
    expect(executor.counts).toMatchObject({ stillRunning: 0, lateResults: 1 });
  },
);

test("a node cut at its budget counts as still running until its call returns, whatever other requests do", async () => {
  const { clock, advance } = manualClock();
  const answers = [byHand<{ b: number }>(), byHand<{ b: number }>()];
  let calls = 0;
  const remote = node({
    ...base,
    budgetMs: 20,
    reads: [A],
    writes: [B],
    async: true,
    onFailure: { fallback: { b: -1 } },
    run: () => (answers[calls++] as (typeof answers)[0]).promise,
  });
  const use = node({ ...base, reads: [B], writes: [C], run: ({ b }) => ({ c: b }) });
  const { run, executor } = open(
    graph({ name: "gauge", owner: "team-a", request: [A], nodes: { remote, use }, respond: [C] }),
    clock,
  );
  const expired = run({ a: 1 }, { deadlineMs: clock.nowMs() + 10 }).result as Promise<unknown>;
  const cut = run({ a: 1 }).result;
  const refused = expired.catch((error: GraphError) => error.code);
  advance(30);
  expect(await refused).toBe("TENON1211");
  expect(await cut).toEqual({ c: -1 });
  expect(executor.counts.stillRunning).toBe(2);
  answers[1]?.resolve({ b: 1 });
  await turns();
  expect(executor.counts.stillRunning).toBe(1);
  answers[0]?.reject(new Error("aborted"));
  await turns();
  expect(executor.counts).toMatchObject({ stillRunning: 0, lateResults: 2 });
});

test("what a host's listener throws stays with the host: the run, the wheel and the next deadline go on", async () => {
  const { clock, advance } = manualClock();
  const never = byHand<{ b: number }>();
  const remote = node({
    ...base,
    budgetMs: 20,
    reads: [A],
    writes: [B],
    async: true,
    onFailure: { fallback: { b: -1 } },
    run: () => never.promise,
  });
  const use = node({ ...base, reads: [B], writes: [C], run: ({ b }) => ({ c: b }) });
  const { executor, run } = open(
    graph({ name: "listener", owner: "team-a", request: [A], nodes: { remote, use }, respond: [C] }),
    clock,
    { onDegraded: throwing as never },
  );
  const first = run({ a: 1 }).result;
  advance(30);
  expect(await first).toEqual({ c: -1 });
  const second = run({ a: 1 }).result;
  advance(30);
  expect(await second).toEqual({ c: -1 });
  executor.setSwitch("remote", false);
  expect(await run({ a: 1 }).result).toEqual({ c: -1 });
  expect(executor.counts.listenerFailures).toBe(3);
});

test.each(both)(
  "a node of a slot kept for analysis may still be out when the run answers (checked: %s)",
  async (checked) => {
    const Kept = slot("kept", z.number(), { owner: "team-a", keptFor: "analysis" });
    const answer = byHand<{ kept: number }>();
    const slow = node({
      ...base,
      reads: [A],
      writes: [Kept],
      async: true,
      onFailure: "failRequest",
      run: () => answer.promise,
    });
    const fast = node({
      ...base,
      reads: [A],
      writes: [B],
      async: true,
      onFailure: "failRequest",
      run: async ({ a }) => ({ b: a }),
    });
    const { run, executor } = open(
      graph({ name: "kept", owner: "team-a", request: [A], nodes: { slow, fast }, respond: [B] }),
    );
    expect(await run({ a: 1 }, { checked }).result).toEqual({ b: 1 });
    expect(executor.counts.stillRunning).toBe(1);
    answer.resolve({ kept: 1 });
    await turns();
    expect(executor.counts).toMatchObject({ stillRunning: 0, lateResults: 1 });
  },
);

test.each(both)(
  "slots may be named like anything, and a missing one is still missed (checked: %s)",
  async (checked) => {
    for (const name of ["__proto__", "constructor", "toString", "a-b", "größe", "1", "let", "\u2028", "ctx"]) {
      const Odd = slot(name, z.number(), { owner: "team-a" });
      for (const isAsync of [false, true]) {
        const write = (answer: (a: number) => unknown) =>
          node({
            ...base,
            reads: [A],
            writes: [Odd],
            async: isAsync,
            onFailure: "failRequest",
            run: (isAsync ? async ({ a }: { a: number }) => answer(a) : ({ a }: { a: number }) => answer(a)) as never,
          } as never) as never;
        const read = node({
          ...base,
          reads: [Odd],
          writes: [C],
          run: ((bag: Record<string, number>) => ({ c: bag[name] })) as never,
        } as never);
        const opened = (answer: (a: number) => unknown) =>
          open(
            graph({
              name: `odd\n${name}`,
              owner: "team-a",
              request: [A],
              nodes: { write: write(answer), read },
              respond: [C, Odd],
            } as never) as never,
          ).run({ a: 4 } as never, { checked });
        const answered = (await opened((a) => ({ [name]: a })).result) as Record<string, number>;
        expect([answered["c"], Object.hasOwn(answered, name) && answered[name]]).toEqual([4, 4]);
        const missing = Promise.resolve().then(() => opened(() => ({})).result);
        await expect(missing).rejects.toMatchObject({ code: "TENON1202", node: "write", slot: name });
      }
    }
  },
);

test("nodes may be named like anything that objects inherit", () => {
  for (const name of ["constructor", "toString", "hasOwnProperty"]) {
    const copy = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a }) });
    const declared = graph({
      name: "named",
      owner: "team-a",
      request: [A],
      nodes: { [name]: copy },
      respond: [B],
    } as never);
    expect(checkGraph(declared)).toEqual([]);
    const { executor, run } = open(declared as never);
    expect(executor.plan.wiring.nodes[0]?.deprecation).toBeUndefined();
    expect(run({ a: 1 } as never).result).toEqual({ b: 1 });
  }
});
