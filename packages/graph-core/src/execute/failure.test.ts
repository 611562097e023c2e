import { expect, test, vi } from "vitest";
import { A, B, base, both, byHand, C, D, open, turns, Wanted } from "../../test/support/small-graphs.ts";
import { GraphError, graph, node } from "../index.ts";

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
  const { run, executor } = open(
    graph({ name: "broken", owner: "team-a", request: [A], nodes: { fine, broken }, respond: [C] }),
  );
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
  expect(error).toMatchObject({
    code: "TENON1201",
    category: "node",
    graph: "broken",
    node: "broken",
    owner: "team-b",
  });
  expect(error.cause).toBeInstanceOf(TypeError);
  expect(error.inputDigest).toMatch(/^[0-9a-f]{64}$/);
  expect(failure(1).inputDigest).toBe(error.inputDigest);
  expect(failure(2).inputDigest).not.toBe(error.inputDigest);
  expect(executor.counts.failedRequests).toBe(3);
});

test.each(both)(
  "a rejected promise is blamed on its own node, not on one that runs beside it (checked: %s)",
  async (checked) => {
    const first = byHand<{ b: number }>();
    const second = byHand<{ c: number }>();
    const left = node({
      ...base,
      reads: [A],
      writes: [B],
      async: true,
      onFailure: "failRequest",
      run: () => first.promise,
    });
    const right = node({
      owner: "team-b",
      purpose: "fails",
      reads: [A],
      writes: [C],
      async: true,
      onFailure: "failRequest",
      run: () => second.promise,
    });
    const join = node({ ...base, reads: [B, C], writes: [D], run: ({ b, c }) => ({ d: b + c }) });
    const { run, executor } = open(
      graph({ name: "blame", owner: "team-a", request: [A], nodes: { left, right, join }, respond: [D] }),
    );
    const { result } = run({ a: 1 }, { checked });
    second.reject(new Error("backend gone"));
    await expect(result).rejects.toMatchObject({ code: "TENON1201", node: "right", owner: "team-b" });
    expect(executor.counts.stillRunning).toBe(1);
    first.resolve({ b: 1 });
    await turns();
    expect(executor.counts).toMatchObject({ stillRunning: 0, lateResults: 1 });
  },
);

test("whatever a node throws or rejects with, the run fails with its name and nothing is left unhandled", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  const odd = [
    undefined,
    null,
    "text",
    7,
    Symbol("s"),
    {
      toString: () => {
        throw new Error("hostile");
      },
    },
    Object.create(null),
  ];
  for (const thrown of odd) {
    for (const how of ["throw", "reject", "late"]) {
      const later = byHand<{ c: number }>();
      const bad = node({
        ...base,
        reads: [A],
        writes: [B],
        async: true,
        onFailure: "failRequest",
        run: () => {
          if (how === "throw") throw thrown;
          return Promise.reject<never>(thrown);
        },
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
      const { run } = open(
        graph({ name: "odd", owner: "team-a", request: [A], nodes: { other, bad, join }, respond: [D] }),
      );
      await expect(run({ a: 1 }, { checked: how === "late" }).result).rejects.toMatchObject({
        code: "TENON1201",
        node: "bad",
      });
      later.reject(new Error("after the end"));
    }
  }
  await turns(20);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test.each(both)("a promise from a node that is not declared async is refused by name (checked: %s)", (checked) => {
  const sneaky = node({
    ...base,
    reads: [A],
    writes: [B],
    run: (({ a }: { a: number }) => Promise.resolve({ b: a })) as never,
  });
  const { run } = open(graph({ name: "sneaky", owner: "team-a", request: [A], nodes: { sneaky }, respond: [B] }));
  expect(() => run({ a: 1 }, { checked }).result).toThrow(/TENON1202 node "sneaky".*returned no value for slot "b"/);
});

test.each(both)(
  "a failing node with a fallback gives its fallback, one with omit gives nothing (checked: %s)",
  async (checked) => {
    const fails = async (): Promise<never> => {
      throw new Error("backend gone");
    };
    const withFallback = node({
      ...base,
      reads: [A],
      writes: [B],
      async: true,
      onFailure: { fallback: { b: 7 } },
      run: fails,
    });
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
    const join = node({
      ...base,
      reads: [B, Wanted],
      soft: [C],
      writes: [D],
      run: ({ b, c, wanted }) => ({ d: b + (c ?? 0) + (wanted ? 100 : 0) }),
    });
    const { run, executor } = open(
      graph({
        name: "degrade",
        owner: "team-a",
        request: [A],
        nodes: { withFallback, omitted, syncFallback, join },
        respond: [D],
      }),
    );
    const { ctx, result } = run({ a: 1 }, { checked });
    expect(await result).toEqual({ d: 107 });
    expect([...executor.degraded.failed].reduce((sum, count) => sum + count)).toBe(3);
    if (checked)
      expect(["fallback", "omitted", "fallback", "ok"]).toEqual([0, 1, 2, 3].map((at) => ctx.trace?.outcomeName(at)));
  },
);

test("a node is tried again as often as declared, then fails or degrades", async () => {
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
        nodes: {
          remote: node({
            ...base,
            reads: [A],
            writes: [B],
            async: true,
            onFailure: "failRequest",
            retry: { attemptsMax: 2 },
            run: flaky(failures),
          }),
        },
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
  const { run, executor } = open(
    graph({ name: "switch", owner: "team-a", request: [A], nodes: { remote, use }, respond: [C] }),
  );
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
