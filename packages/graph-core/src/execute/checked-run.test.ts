import { expect, test } from "vitest";
import { z } from "zod";
import { A, B, base, byHand, C, D, manualClock, open, turns } from "../../test/support/small-graphs.ts";
import { columnSchema, F64Column, graph, NodeHistograms, node, slot, topologyOf, traceToJson } from "../index.ts";
import { rawValues } from "../internal.ts";

test("an output that is not declared, or of the wrong schema, is refused in a checked run", () => {
  const extra = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a, debug: 1 }) as { b: number } });
  const wrong = node({ ...base, reads: [A], writes: [B], run: () => ({ b: Number.NaN }) });
  const opened = (tested: typeof extra) =>
    open(graph({ name: "outputs", owner: "team-a", request: [A], nodes: { tested }, respond: [B] }));
  expect(() => opened(extra).run({ a: 1 }).result).toThrow(/TENON1203 node "tested".*returned "debug"/);
  expect(() => opened(wrong).run({ a: 1 }).result).toThrow(/TENON1209 node "tested".*slot "b"/);
});

test("a checked run takes null for what may be null", () => {
  const Maybe = slot("maybe", z.number().nullable(), { owner: "team-a" });
  const make = node({ ...base, reads: [A], writes: [Maybe], run: () => ({ maybe: null }) });
  const { run } = open(graph({ name: "nothing", owner: "team-a", request: [A], nodes: { make }, respond: [Maybe] }));
  expect(run({ a: 1 }, { checked: true }).result).toEqual({ maybe: null });
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
  expect(() => run({ a: 1 }, { checked: true }).result).toThrow(
    /TENON1201 node "vandal" \(owner team-b\).*read only property 'n'/,
  );
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

/** `slow` (never settles, or late) and `other` side by side, `last` after both. */
function besides(other: (a: number) => Promise<{ c: number }>) {
  const { clock, advance } = manualClock();
  const answer = byHand<{ b: number }>();
  const contract = { ...base, reads: [A], async: true, onFailure: "failRequest" } as const;
  const slow = node({ ...contract, writes: [B], run: () => answer.promise });
  const beside = node({ ...contract, writes: [C], run: ({ a }) => other(a) });
  const last = node({ ...base, reads: [B, C], writes: [D], run: ({ b, c }) => ({ d: b + c }) });
  const nodes = { slow, beside, last };
  const declared = graph({ name: "beside", owner: "team-a", request: [A], nodes, respond: [D] });
  const topology = topologyOf(declared);
  const { run, executor } = open(declared, clock);
  const { result, ctx } = run({ a: 1 }, { checked: true, deadlineMs: clock.nowMs() + 50 });
  const told = () => {
    if (ctx.trace === undefined) throw new Error("a checked run has a trace");
    const { nodes, criticalPath, durationMs } = traceToJson(ctx.trace, topology);
    return { outcomes: nodes.map(({ name, outcome, endMs }) => [name, outcome, endMs]), criticalPath, durationMs };
  };
  return { advance, answer, result, executor, topology, told, trace: ctx.trace };
}

test("a node that was out when another failed is unfinished, not notRun, until the end of the run", async () => {
  const failing = byHand<{ c: number }>();
  const { advance, answer, result, told } = besides(() => failing.promise);
  advance(7);
  failing.reject(new Error("no"));
  await expect(result).rejects.toMatchObject({ code: "TENON1201", node: "beside" });
  const ended = told();
  expect(ended.outcomes).toEqual([
    ["slow", "unfinished", 7],
    ["beside", "failed", 7],
    ["last", "notRun", 0],
  ]);
  expect(ended.criticalPath).toEqual(["beside"]);
  advance(5);
  answer.resolve({ b: 1 });
  await turns();
  expect(told()).toEqual(ended);
});

test("at the deadline the nodes that are out are unfinished: they are waited for, and of unknown length", async () => {
  const { advance, result, topology, told, trace } = besides(async (a) => ({ c: a }));
  await turns();
  advance(60);
  await expect(result).rejects.toMatchObject({ code: "TENON1211" });
  const { outcomes, criticalPath, durationMs } = told();
  expect(outcomes).toEqual([
    ["slow", "unfinished", durationMs],
    ["beside", "ok", 0],
    ["last", "notRun", 0],
  ]);
  expect(durationMs).toBeGreaterThanOrEqual(50);
  expect(criticalPath).toEqual(["slow"]);
  const histograms = new NodeHistograms(topology);
  if (trace !== undefined) histograms.record(trace);
  const [slow] = histograms.snapshot().nodes;
  expect(slow).toMatchObject({ latency: { count: 0 }, outcomes: { unfinished: 1, notRun: 0 } });
});
