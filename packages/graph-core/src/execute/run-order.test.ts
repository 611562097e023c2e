import { expect, test } from "vitest";
import { A, B, base, both, byHand, C, D, number, open, turns, Wanted } from "../../test/support/small-graphs.ts";
import { graph, node, subgraph } from "../index.ts";

test.each(both)("a graph of sync nodes answers without a promise (checked: %s)", (checked) => {
  const double = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a * 2 }) });
  const add = node({ ...base, reads: [A, B], writes: [C], run: ({ a, b }) => ({ c: a + b }) });
  const { run } = open(graph({ name: "sync", owner: "team-a", request: [A], nodes: { add, double }, respond: [C] }));
  expect(run({ a: 2 }, { checked }).result).toEqual({ c: 6 });
});

test.each(both)(
  "async nodes start together and each continues as soon as its own inputs are there (checked: %s)",
  async (checked) => {
    const log: string[] = [];
    const slow = byHand<{ b: number }>();
    const quick = byHand<{ c: number }>();
    const left = node({
      ...base,
      reads: [A],
      writes: [B],
      async: true,
      onFailure: "failRequest",
      run: () => (log.push("left"), slow.promise),
    });
    const right = node({
      ...base,
      reads: [A],
      writes: [C],
      async: true,
      onFailure: "failRequest",
      run: () => (log.push("right"), quick.promise),
    });
    const afterRight = node({
      ...base,
      reads: [C],
      writes: [D],
      run: ({ c }) => (log.push("afterRight"), { d: c + 1 }),
    });
    const E = number("e");
    const join = node({ ...base, reads: [B, D], writes: [E], run: ({ b, d }) => ({ e: b + d }) });
    const { run } = open(
      graph({ name: "async", owner: "team-a", request: [A], nodes: { left, right, afterRight, join }, respond: [E] }),
    );
    const { result } = run({ a: 1 }, { checked });
    expect(log).toEqual(["left", "right"]);
    quick.resolve({ c: 10 });
    await turns();
    expect(log).toEqual(["left", "right", "afterRight"]);
    slow.resolve({ b: 5 });
    expect(await result).toEqual({ e: 16 });
  },
);

test("inside a segment async nodes start before a sync node that does not feed them", () => {
  const log: string[] = [];
  const heavy = node({ ...base, reads: [A], writes: [B], run: ({ a }) => (log.push("heavy"), { b: a }) });
  const remote = node({
    ...base,
    reads: [A],
    writes: [C],
    async: true,
    onFailure: "failRequest",
    run: async ({ a }) => (log.push("remote"), { c: a }),
  });
  const join = node({ ...base, reads: [B, C], writes: [D], run: ({ b, c }) => ({ d: b + c }) });
  const { run } = open(
    graph({ name: "first", owner: "team-a", request: [A], nodes: { heavy, remote, join }, respond: [D] }),
  );
  void run({ a: 1 }, { checked: false }).result;
  expect(log).toEqual(["remote", "heavy"]);
});

test.each(both)("an async node that has its value at once still settles in order (checked: %s)", async (checked) => {
  const cached = node({
    ...base,
    reads: [A],
    writes: [B],
    async: true,
    onFailure: "failRequest",
    run: ({ a }) => ({ b: a + 1 }),
  });
  const sync = node({ ...base, reads: [A], writes: [C], run: ({ a }) => ({ c: a + 2 }) });
  const join = node({ ...base, reads: [B, C], writes: [D], run: ({ b, c }) => ({ d: b * c }) });
  const { run } = open(
    graph({ name: "cached", owner: "team-a", request: [A], nodes: { cached, sync, join }, respond: [D] }),
  );
  expect(await run({ a: 1 }, { checked }).result).toEqual({ d: 6 });
});

test.each(both)(
  "a node under a false condition is skipped, with everything that only it needs (checked: %s)",
  async (checked) => {
    const ran: string[] = [];
    const E = number("e");
    const build = (wanted: boolean) => {
      const decide = node({ ...base, reads: [A], writes: [Wanted], run: () => ({ wanted }) });
      const upstream = node({
        ...base,
        reads: [A],
        writes: [B],
        async: true,
        onFailure: "failRequest",
        run: async ({ a }) => (ran.push("upstream"), { b: a }),
      });
      const conditional = node({
        ...base,
        reads: [B],
        when: Wanted,
        writes: [C],
        async: true,
        onFailure: "failRequest",
        run: async ({ b }) => (ran.push("conditional"), { c: b }),
      });
      const under = node({
        ...base,
        reads: [C],
        when: Wanted,
        writes: [E],
        run: ({ c }) => (ran.push("under"), { e: c + 1 }),
      });
      const join = node({ ...base, reads: [A], soft: [E], writes: [D], run: ({ a, e }) => ({ d: a + (e ?? 1000) }) });
      return open(
        graph({
          name: "when",
          owner: "team-a",
          request: [A],
          nodes: { upstream, conditional, under, join, decide },
          respond: [D],
        }),
      ).run({ a: 1 }, { checked });
    };
    expect(await build(false).result).toEqual({ d: 1001 });
    expect(ran).toEqual([]);
    expect(await build(true).result).toEqual({ d: 3 });
    expect(ran).toEqual(["upstream", "conditional", "under"]);
  },
);

test("an upstream that an unconditional node reads too runs whatever the condition", () => {
  const ran: string[] = [];
  const decide = node({ ...base, reads: [A], writes: [Wanted], run: () => ({ wanted: false }) });
  const upstream = node({ ...base, reads: [A], writes: [B], run: ({ a }) => (ran.push("upstream"), { b: a }) });
  const conditional = node({ ...base, reads: [B], when: Wanted, writes: [C], run: ({ b }) => ({ c: b }) });
  const join = node({ ...base, reads: [B], soft: [C], writes: [D], run: ({ b }) => ({ d: b }) });
  const { run } = open(
    graph({
      name: "shared",
      owner: "team-a",
      request: [A],
      nodes: { decide, upstream, conditional, join },
      respond: [D],
    }),
  );
  expect(run({ a: 3 }).result).toEqual({ d: 3 });
  expect(ran).toEqual(["upstream"]);
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
  const { run, executor } = open(
    graph({ name: "nested", owner: "team-a", request: [A], nodes: { inner, outerB, join }, respond: [D] }),
  );
  expect(run({ a: 1 }).result).toEqual({ d: 103 });
  expect(executor.plan.nodes.map((each) => each.wired.name)).toEqual(["inner/once", "inner/twice", "outerB", "join"]);
});
