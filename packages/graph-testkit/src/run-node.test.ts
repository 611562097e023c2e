import {
  CandidateBatch,
  candidateBatchSchema,
  columnSchema,
  drop,
  F64Column,
  filter,
  IdColumn,
  map,
  node,
  resource,
  slot,
} from "@tenon/graph-core";
import { rawValues } from "@tenon/graph-core/internal";
import { expect, test } from "vitest";
import { z } from "zod";
import { fromGolden, toGolden } from "./golden-json.ts";
import { ManualClock } from "./manual-clock.ts";
import { runNode, runPure } from "./run-node.ts";

const A = slot("a", z.object({ list: z.array(z.number()) }), { owner: "team" });
const B = slot("b", z.number(), { owner: "team" });
const Ads = slot("ads", candidateBatchSchema({ bid: "f64" }), { owner: "team" });
const Kept = slot("kept", candidateBatchSchema({ bid: "f64" }), { owner: "team" });
const Score = slot("score", columnSchema("f64"), { owner: "team" });
const Policy = resource<{ readonly bidMax: number }>()("policy", { owner: "team", purpose: "the highest bid" });
const base = { owner: "team", purpose: "a test node" } as const;
const ads = CandidateBatch.of(IdColumn.from([11, 12, 13]), { bid: F64Column.from([1, 5, 2]) });

test("one node runs on a literal bag in three lines", async () => {
  const total = node({
    ...base,
    reads: [A],
    writes: [B],
    run: ({ a }) => ({ b: a.list.reduce((sum, each) => sum + each, 0) }),
  });
  const { b } = await runNode(total, { a: { list: [1, 2, 3] } });
  expect(b).toBe(6);
});

test("a filter gives its kept batch and a reason for every dropped candidate", async () => {
  const cap = filter({
    ...base,
    of: Ads,
    kept: Kept,
    uses: [Policy],
    run:
      ({ ads }, { uses }) =>
      (row) =>
        ads.column("bid").at(row) > uses.policy.bidMax
          ? drop("too_dear", uses.policy.bidMax, ads.column("bid").at(row))
          : undefined,
  });
  const { kept, dropped } = await runNode(cap, { ads }, { uses: { policy: { bidMax: 2 } } });
  expect(toGolden(kept)).toEqual({ $batch: { ids: [11, 13], columns: { bid: { $column: "f64", values: [1, 2] } } } });
  expect(dropped).toEqual([{ id: 12, reason: "too_dear", threshold: 2, value: 5 }]);
});

test.each([
  ["Date", () => Date.now()],
  ["Date", () => Date.now()],
  ["random", () => Math.random()],
  ["now", () => performance.now()],
  ["fetch", () => fetch("http://localhost")],
  ["setTimeout", () => setTimeout(() => {}, 1)],
  ["randomUUID", () => crypto.randomUUID()],
])("a node that reads %s is stopped and told so", async (name, read) => {
  const impure = node({ ...base, reads: [A], writes: [B], run: () => ({ b: Number(read()) }) });
  await expect(runNode(impure, { a: { list: [] } })).rejects.toThrow(`read ${name}:`);
  expect(Date.now()).toBeGreaterThan(0);
});

test("undeclared reads, undeclared resources, wrong inputs and wrong outputs are named", async () => {
  const sneaky = node({
    ...base,
    reads: [A],
    writes: [B],
    run: (inputs) => ({ b: (inputs as unknown as { c: number }).c }),
  });
  await expect(runNode(sneaky, { a: { list: [] } })).rejects.toThrow('reads slot "c", which it does not declare');
  const user = node({
    ...base,
    reads: [A],
    writes: [B],
    uses: [Policy],
    run: (_inputs, { uses }) => ({ b: uses.policy.bidMax }),
  });
  await expect(runNode(user, { a: { list: [] } })).rejects.toThrow('uses "policy", which the test does not give');
  await expect(runNode(user, { a: { list: ["x"] } })).rejects.toThrow(/input "a" at .*list/);
  await expect(runNode(user, { a: { list: [] }, b: 1 })).rejects.toThrow('does not read slot "b"');
  await expect(runNode(user, { a: { list: [] } }, { uses: { policy: { bidMax: Number.NaN } } })).rejects.toThrow(
    /output "b"/,
  );
});

test("runPure finds a node that keeps state between runs, and one that writes behind a column", async () => {
  let calls = 0;
  const counting = node({ ...base, reads: [A], writes: [B], run: () => ({ b: ++calls }) });
  await expect(runPure(counting, { a: { list: [] } })).rejects.toThrow("different outputs for equal inputs");
  const vandal = map({
    ...base,
    of: Ads,
    writes: [Score],
    run: ({ ads }) => {
      rawValues(ads.column("bid"))[0] = 7;
      return { score: F64Column.fill(ads.size, () => 1) };
    },
  });
  const own = CandidateBatch.of(IdColumn.from([1]), { bid: F64Column.from([1]) });
  await expect(runPure(vandal, { ads: own })).rejects.toThrow("changed its inputs");
});

test("values survive the way through golden JSON", () => {
  const value = { ads, big: 12n, zero: -0, plain: [1, "x", null, true] };
  const json = JSON.parse(JSON.stringify(toGolden(value)));
  expect(toGolden(fromGolden(json))).toEqual(toGolden(value));
  expect(Object.is((fromGolden(json) as { zero: number }).zero, -0)).toBe(true);
});

test("a manual clock fires each timer at its own moment, those started on the way included", () => {
  const clock = new ManualClock(0);
  const fired: string[] = [];
  clock.after(5, () => {
    fired.push(`first at ${clock.nowMs()}`);
    clock.after(2, () => fired.push(`nested at ${clock.nowMs()}`));
  });
  const cancel = clock.after(6, () => fired.push("cancelled"));
  clock.after(20, () => fired.push("later"));
  cancel();
  clock.advance(10);
  expect(fired).toEqual(["first at 5", "nested at 7"]);
  expect({ now: clock.nowMs(), pending: clock.pending }).toEqual({ now: 10, pending: 1 });
});
