/** What a host may see of a checked run, and put in the place of what nodes give. */
import { expect, test } from "vitest";
import { z } from "zod";
import { A, B, base, C, D, open, Wanted } from "../../test/support/small-graphs.ts";
import {
  type BeginOptions,
  CandidateBatch,
  candidateBatchSchema,
  drop,
  F64Column,
  filter,
  graph,
  IdColumn,
  type LedgerStage,
  type NodeOutputs,
  node,
  slot,
} from "../index.ts";

const Ads = slot("ads", candidateBatchSchema({ bid: "f64" }), { owner: "team-a" });
const Kept = slot("kept", candidateBatchSchema({ bid: "f64" }), { owner: "team-a" });
const Count = slot("count", z.int(), { owner: "team-a" });

const batch = () => CandidateBatch.of(IdColumn.from([1, 2, 3]), { bid: F64Column.from([5, 1, 9]) });

function auction(calls: string[] = []) {
  const rich = filter({
    ...base,
    of: Ads,
    kept: Kept,
    onFailure: { dropAll: "no_policy" },
    run: ({ ads }) => {
      calls.push("rich");
      return (row) => (ads.column("bid").at(row) < 2 ? drop("poor", 2, ads.column("bid").at(row)) : undefined);
    },
  });
  const count = node({
    ...base,
    reads: [Kept],
    writes: [Count],
    run: ({ kept }) => {
      calls.push("count");
      return { count: kept.size };
    },
  });
  return graph({ name: "auction", owner: "team-a", request: [Ads], nodes: { rich, count }, respond: [Count] });
}

/** Runs checked and keeps what each node gave. */
function told(declared: ReturnType<typeof auction>, request: { ads: ReturnType<typeof batch> }, options = {}) {
  const outputs = new Map<number, NodeOutputs>();
  const { run } = open(declared);
  const { ctx, result } = run(request, { checked: true, onOutputs: (at, each) => outputs.set(at, each), ...options });
  return { ctx, result, outputs };
}

test("a host is told what each node gave, in the order they ended", async () => {
  const slow = node({
    ...base,
    reads: [A],
    writes: [B],
    async: true,
    onFailure: "failRequest",
    run: async ({ a }) => ({ b: a + 1 }),
  });
  const quick = node({ ...base, reads: [A], writes: [C], run: ({ a }) => ({ c: a * 2 }) });
  const sum = node({ ...base, reads: [B, C], writes: [D], run: ({ b, c }) => ({ d: b + c }) });
  const declared = graph({ name: "told", owner: "team-a", request: [A], nodes: { slow, quick, sum }, respond: [D] });
  const { executor, run } = open(declared);
  const seen: unknown[] = [];
  const onOutputs = (at: number, outputs: NodeOutputs) => seen.push([executor.plan.nodes[at]?.wired.name, outputs]);
  await run({ a: 1 }, { checked: true, onOutputs }).result;
  expect(seen).toEqual([
    ["quick", { c: 2 }],
    ["slow", { b: 2 }],
    ["sum", { d: 4 }],
  ]);
});

test("a fallback is told, a node that left its slots absent or was skipped is not", async () => {
  const fail = (): never => {
    throw new Error("no");
  };
  const backed = node({ ...base, reads: [A], writes: [B], onFailure: { fallback: { b: 7 } }, run: fail });
  const left = node({ ...base, reads: [A], writes: [C], onFailure: "omit", run: fail });
  const skipped = node({ ...base, when: Wanted, reads: [A], writes: [D], onFailure: "omit", run: fail });
  const Sum = slot("sum", z.number(), { owner: "team-a" });
  const sum = node({
    ...base,
    reads: [B],
    soft: [C, D],
    writes: [Sum],
    run: ({ b, c = 0, d = 0 }) => ({ sum: b + c + d }),
  });
  const declared = graph({
    name: "degraded",
    owner: "team-a",
    request: [A, Wanted],
    nodes: { backed, left, skipped, sum },
    respond: [Sum],
  });
  const { executor, run } = open(declared);
  const seen: unknown[] = [];
  const onOutputs = (at: number, outputs: NodeOutputs) => seen.push([executor.plan.nodes[at]?.wired.name, outputs]);
  await run({ a: 1, wanted: false }, { checked: true, onOutputs }).result;
  expect(seen).toEqual([
    ["backed", { b: 7 }],
    ["sum", { sum: 7 }],
  ]);
});

test("what a filter's failure policy keeps is told", () => {
  const { outputs, result } = told(auction(), { ads: batch() }, { switchedOff: ["rich"] });
  expect(outputs.get(0)).toMatchObject({ kept: { size: 0 } });
  expect(result).toEqual({ count: 0 });
});

test("a node that is given its outputs is not called, and what it is given is checked", () => {
  const calls: string[] = [];
  const { run } = open(auction(calls));
  const given = (count: unknown): Partial<BeginOptions> => ({
    checked: true,
    given: (at) => (at === 1 ? { count } : undefined),
  });
  expect(run({ ads: batch() }, given(40)).result).toEqual({ count: 40 });
  expect(calls).toEqual(["rich"]);
  expect(() => run({ ads: batch() }, given("many")).result).toThrow(/TENON1209 node "count".*slot "count"/);
});

test("a filter that is given its stage books it: drops, reasons and conservation are those of the run it is from", () => {
  const ads = batch();
  const first = told(auction(), { ads });
  const [stage] = first.ctx.ledger.stages as readonly [LedgerStage];
  const calls: string[] = [];
  const again = told(auction(calls), { ads }, { given: (at: number) => (at === 0 ? stage : undefined) });
  expect(calls).toEqual(["count"]);
  expect(again.result).toEqual({ count: 2 });
  expect(again.outputs.get(0)?.kept).toBe(stage.kept);
  expect(again.ctx.ledger.explain(2)).toEqual(first.ctx.ledger.explain(2));
  expect(again.ctx.ledger.conserved()).toEqual({ ok: true, entered: 3, kept: 2, dropped: 1, breaches: [] });
});

test("a stage of another batch is refused, and so is what is no stage", () => {
  const [stage] = told(auction(), { ads: batch() }).ctx.ledger.stages as readonly [LedgerStage];
  const { run } = open(auction());
  for (const wrong of [stage, { kept: stage.kept }]) {
    const options = { checked: true, given: (at: number) => (at === 0 ? wrong : undefined) };
    const { ctx, result } = run({ ads: batch() }, options);
    // The filter's failure policy stands in.
    expect(result).toEqual({ count: 0 });
    expect(ctx.degraded?.get(0)).toBe("failed");
  }
});

test("what a node gave can be edited, and the edit is checked as the node's own outputs are", () => {
  const { run } = open(auction());
  const plus = (value: unknown) => ({
    checked: true,
    edit: (at: number, own: NodeOutputs) => (at === 1 ? { count: value } : own),
  });
  expect(run({ ads: batch() }, plus(12)).result).toEqual({ count: 12 });
  expect(() => run({ ads: batch() }, plus(0.5)).result).toThrow(/TENON1209 node "count"/);
});

test("a plain run is not looked into: the options are refused", () => {
  const { run } = open(auction());
  const hook = { given: () => undefined };
  expect(() => run({ ads: batch() }, { checked: false, ...hook })).toThrow(/TENON1214 option "checked" of begin/);
  expect(() => run({ ads: batch() }, hook)).toThrow(/TENON1214/);
});
