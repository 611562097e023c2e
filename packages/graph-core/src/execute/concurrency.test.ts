import { expect, test } from "vitest";
import { z } from "zod";
import { bothWays } from "../../test/support/emitted.ts";
import {
  A,
  B,
  base,
  both,
  byHand,
  C,
  D,
  manualClock,
  number,
  open,
  turns,
  Wanted,
} from "../../test/support/small-graphs.ts";
import { type AnySlot, compileGraph, createExecutor, graph, type Node, node, slot, subgraph } from "../index.ts";

/** `count` async nodes side by side, each answering when told to, and one that sums them up. */
function wide(count: number, answer: (at: number, request: number) => Promise<number>) {
  const slots = Array.from({ length: count }, (_, at) => number(`n${at}`));
  const nodes: Record<string, Node> = {};
  slots.forEach((own, at) => {
    nodes[`remote${at}`] = node({
      ...base,
      reads: [A],
      writes: [own],
      async: true,
      onFailure: "failRequest",
      run: (async ({ a }: { a: number }) => ({ [own.name]: await answer(at, a) })) as never,
    }) as Node;
  });
  nodes["sum"] = node({
    ...base,
    reads: slots as readonly AnySlot[],
    writes: [B],
    run: ((bag: Record<string, number>) => ({ b: Object.values(bag).reduce((sum, value) => sum + value, 0) })) as never,
  } as never) as Node;
  return graph({ name: "wide", owner: "team-a", request: [A], nodes, respond: [B] } as never) as never;
}

test.each([1, 29, 30, 31, 32, 33, 64])(
  "with %s async nodes the deadline names exactly those that are out",
  async (count) => {
    const { clock, advance } = manualClock();
    const out = new Set([0, count - 1, count >> 1]);
    const late = byHand<number>();
    const declared = wide(count, async (at) => (out.has(at) ? late.promise : at));
    for (const [, executor] of await bothWays(declared, { resources: {}, clock, checkedShare: 0 } as never)) {
      const result = executor.execute(
        { a: 1 } as never,
        executor.begin({ requestId: "r", deadlineMs: clock.nowMs() + 50 }),
      );
      const failed = (result as Promise<unknown>).catch((error: { detail: string }) => error.detail);
      await turns(20);
      advance(60);
      const names = [...out].sort((left, right) => left - right).map((at) => `"remote${at}" (owner team-a)`);
      expect(await failed).toBe(`still waiting for ${names.join(", ")}`);
      expect(executor.counts.stillRunning).toBe(out.size);
    }
    late.resolve(1);
  },
);

test("a thousand interleaved requests on two executors of one plan share nothing", async () => {
  const held: (() => void)[] = [];
  const plan = compileGraph(
    wide(5, (at, a) => new Promise((resolve) => held.push(() => resolve(a * 10 ** at)))),
  ) as ReturnType<typeof compileGraph<{ a: number }, { b: number }, never>>;
  const executors = [createExecutor(plan, { resources: {} }), createExecutor(plan, { resources: {}, checkedShare: 0 })];
  const requests = Array.from({ length: 1_000 }, (_, at) => at);
  const results = requests.map((at) => {
    const executor = executors[at % 2] as (typeof executors)[0];
    return executor.execute({ a: at }, executor.begin({ requestId: `r${at}` }));
  });
  // Answers come in an order of their own: a fixed stride through all of them.
  for (let at = 0; at < held.length; at++) held[(at * 1_237) % held.length]?.();
  expect(await Promise.all(results)).toEqual(requests.map((at) => ({ b: at * 11_111 })));
  expect(executors.map(({ counts }) => [counts.requests, counts.checkedRequests, counts.stillRunning])).toEqual([
    [500, 500, 0],
    [500, 0, 0],
  ]);
});

test("a switch thrown while requests run is seen by those that begin later, each as a whole", async () => {
  const gate = byHand<void>();
  const first = node({
    ...base,
    reads: [A],
    writes: [B],
    async: true,
    onFailure: "failRequest",
    run: ({ a }) => gate.promise.then(() => ({ b: a })),
  });
  const second = node({
    ...base,
    reads: [B],
    writes: [C],
    onFailure: { fallback: { c: -1 } },
    run: ({ b }) => ({ c: b }),
  });
  const { run, executor } = open(
    graph({ name: "switch", owner: "team-a", request: [A], nodes: { first, second }, respond: [C] }),
  );
  const before = run({ a: 1 }).result;
  executor.setSwitch("second", false);
  const during = run({ a: 2 }).result;
  executor.setSwitch("second", true);
  const after = run({ a: 3 }).result;
  gate.resolve();
  expect(await Promise.all([before, during, after])).toEqual([{ c: 1 }, { c: -1 }, { c: 3 }]);
});

test.each(both)(
  "a graph may answer with what it was asked, or with nothing run at all (checked: %s)",
  async (checked) => {
    const copy = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a }) });
    const declared = graph({ name: "echo", owner: "team-a", request: [A], nodes: { copy }, respond: [A, B] });
    for (const [, executor] of await bothWays(declared, { resources: {} })) {
      expect(executor.execute({ a: 4 }, executor.begin({ requestId: "r", checked }))).toEqual({ a: 4, b: 4 });
    }
  },
);

test.each(both)(
  "conditions, soft reads and equal slot names hold inside nested subgraphs as outside (checked: %s)",
  async (checked) => {
    const Own = slot("own", z.number(), { owner: "team-a" });
    const innermost = subgraph({
      owner: "team-a",
      purpose: "inner",
      in: [A, Wanted],
      nodes: {
        own: node({
          ...base,
          reads: [A],
          writes: [Own],
          async: true,
          onFailure: "omit",
          run: async ({ a }) => {
            if (a === 7) throw new Error("down");
            return { own: a * 10 };
          },
        }),
        out: node({
          ...base,
          reads: [A],
          soft: [Own],
          when: Wanted,
          writes: [C],
          run: ({ a, own }) => ({ c: a + (own ?? 0.5) }),
        }),
      },
      out: [C],
    });
    const middle = subgraph({
      owner: "team-a",
      purpose: "middle",
      in: [A],
      nodes: {
        decide: node({ ...base, reads: [A], writes: [Wanted], run: ({ a }) => ({ wanted: a > 1 }) }),
        own: node({ ...base, reads: [A], writes: [Own], run: ({ a }) => ({ own: -a }) }),
        innermost,
        out: node({ ...base, reads: [Own], soft: [C], writes: [D], run: ({ own, c }) => ({ d: own + (c ?? 1_000) }) }),
      },
      out: [D],
    });
    const own = node({ ...base, reads: [D], writes: [Own], run: ({ d }) => ({ own: d * 2 }) });
    const declared = graph({
      name: "nested",
      owner: "team-a",
      request: [A],
      nodes: { middle, own },
      respond: [Own, D],
    });
    for (const [, executor] of await bothWays(declared, { resources: {} })) {
      const answer = (a: number) => executor.execute({ a }, executor.begin({ requestId: `r${a}`, checked }));
      expect(await answer(1)).toEqual({ d: 999, own: 1_998 });
      expect(await answer(2)).toEqual({ d: 20, own: 40 });
      expect(await answer(7)).toEqual({ d: 0.5, own: 1 });
    }
  },
);

test.each(both)("a sync node that returns nothing is told which slot it owes (checked: %s)", (checked) => {
  const nothing = node({ ...base, reads: [A], writes: [B], run: (() => undefined) as never });
  const { run } = open(graph({ name: "nothing", owner: "team-a", request: [A], nodes: { nothing }, respond: [B] }));
  expect(() => run({ a: 1 }, { checked })).toThrow(/TENON1202 node "nothing" .*returned no value for slot "b"/);
});

test("in a checked run neither the request's slots nor a fallback can be changed by a node", () => {
  const List = slot("list", z.array(z.number()), { owner: "team-a" });
  const Kept = slot("kept", z.array(z.number()), { owner: "team-a" });
  const fallback = { kept: [1] };
  const fails = node({
    ...base,
    reads: [List],
    writes: [Kept],
    onFailure: { fallback },
    run: (): { kept: number[] } => {
      throw new Error("down");
    },
  });
  const change = (name: "list" | "kept") =>
    node({
      ...base,
      reads: [List, Kept],
      writes: [B],
      run: (bag) => ({ b: (bag[name] as number[]).push(9) }),
    });
  for (const name of ["list", "kept"] as const) {
    const { run } = open(
      graph({ name: "frozen", owner: "team-a", request: [List], nodes: { fails, change: change(name) }, respond: [B] }),
    );
    expect(() => run({ list: [1, 2] }, { checked: true })).toThrow(/TENON1201 node "change".*not extensible/);
  }
  expect(fallback).toEqual({ kept: [1] });
});
