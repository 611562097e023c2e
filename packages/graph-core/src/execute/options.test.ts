import { expect, test } from "vitest";
import { A, B, base, byHand, manualClock, open, turns } from "../../test/support/small-graphs.ts";
import { bind, compileGraph, createExecutor, graph, node, QualityController, resource } from "../index.ts";

const copy = node({ ...base, reads: [A], writes: [B], run: ({ a }) => ({ b: a }) });
const wait = (answer: () => Promise<{ b: number }>) =>
  node({ ...base, reads: [A], writes: [B], async: true, onFailure: "failRequest", run: answer });
const one = (only: typeof copy) => graph({ name: "one", owner: "team-a", request: [A], nodes: { only }, respond: [B] });

test.each([
  ["deadlineMs", Number.NaN],
  ["deadlineMs", -1],
  ["nowMs", Number.POSITIVE_INFINITY],
  ["seed", 0.5],
  ["quality", 0],
  ["quality", 1.01],
  ["quality", Number.NaN],
  ["requestId", undefined],
] as const)("begin refuses a wrong %s: %s", (name, value) => {
  const { executor } = open(one(copy));
  expect(() => executor.begin({ requestId: "r", [name]: value as never })).toThrow(
    new RegExp(`TENON1214 option "${name}" of begin for graph "one" has a wrong value`),
  );
});

test("shares and quality options out of range are refused where they are given", () => {
  const plan = compileGraph(one(copy));
  for (const share of [-0.1, 1.1, Number.NaN]) {
    expect(() => createExecutor(plan, { resources: {}, checkedShare: share })).toThrow(
      /TENON1214 option "checkedShare"/,
    );
    expect(() => createExecutor(plan, { resources: {}, shadowShare: share })).toThrow(/TENON1214 option "shadowShare"/);
  }
  const good = { targetMs: 10, percentile: 99, qualityMin: 0.1 };
  const wrong = { targetMs: Number.NaN, percentile: 100, qualityMin: 0, step: -1 };
  for (const [name, value] of Object.entries(wrong)) {
    expect(() => new QualityController({ ...good, [name]: value })).toThrow(new RegExp(`TENON1214 option "${name}"`));
  }
});

test("a run context serves one run of its own executor", async () => {
  const { executor } = open(one(wait(async () => ({ b: 1 }))));
  const ctx = executor.begin({ requestId: "r" });
  const first = executor.execute({ a: 1 }, ctx);
  await expect(executor.execute({ a: 1 }, ctx)).rejects.toMatchObject({ code: "TENON1215" });
  expect(await first).toEqual({ b: 1 });
  await expect(executor.execute({ a: 1 }, ctx)).rejects.toMatchObject({ code: "TENON1215" });
  const other = open(one(wait(async () => ({ b: 1 }))));
  await expect(other.executor.execute({ a: 1 }, executor.begin({ requestId: "r" }))).rejects.toThrow(
    /TENON1215 request "r" was begun by another executor/,
  );
});

test("only nodes that can be switched off may be switched off for one request", () => {
  const { executor } = open(one(copy));
  expect(() => executor.begin({ requestId: "r", switchedOff: ["nobody"] })).toThrow(/TENON1210/);
  expect(() => executor.begin({ requestId: "r", switchedOff: ["only"] })).toThrow(/TENON1210/);
});

test("a binding that has no value fails the request by its resource's name", () => {
  const Index = resource<{ readonly size: number }>()("index", { owner: "team-b", purpose: "ads" });
  const only = node({
    ...base,
    reads: [A],
    uses: [Index],
    writes: [B],
    run: ({ a }, { uses }) => ({ b: a + uses.index.size }),
  });
  const current = (): { readonly size: number } => {
    throw new Error("not loaded");
  };
  const executor = createExecutor(
    compileGraph(graph({ name: "one", owner: "team-a", request: [A], nodes: { only }, respond: [B] })),
    { resources: { index: bind(Index, { current }) } },
  );
  expect(() => executor.begin({ requestId: "r" })).toThrow(/TENON1305 resource "index" \(owner team-b\)/);
});

test("a request that cannot be read is refused, not thrown at the host", () => {
  const { run } = open(one(copy));
  const hostile = Object.defineProperty({}, "a", {
    get: () => {
      throw new Error("trap");
    },
  });
  expect(() => run(hostile as never)).toThrow(/TENON1101 request slot "a"/);
});

test("a request told another time does not move the deadlines of others", async () => {
  const { clock, advance } = manualClock();
  const never = byHand<{ b: number }>();
  const { run } = open(one(wait(() => never.promise)), clock);
  const codeOf = (result: unknown) => (result as Promise<unknown>).catch((error: { code: string }) => error.code);
  const hour = 3_600_000;
  const future = codeOf(run({ a: 1 }, { nowMs: clock.nowMs() + hour, deadlineMs: clock.nowMs() + hour + 50 }).result);
  const present = codeOf(run({ a: 1 }, { deadlineMs: clock.nowMs() + 50 }).result);
  advance(54);
  expect(await Promise.race([present, turns(20)])).toBe("TENON1211");
  expect(await Promise.race([future, turns(20)])).toBe(undefined);
});
