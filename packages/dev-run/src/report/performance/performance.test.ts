/** What counts as slower, or as more garbage, and whose it is. */
import { expect, test } from "vitest";
import { graphOf } from "../../../test/two-versions.ts";
import type { ComparedEntry } from "../../compare/compared.ts";
import { unionGraph } from "../../compare/union-graph.ts";
import type { MeasuredEntry } from "../../versions/protocol.ts";
import type { ReportInput } from "../report-input.ts";
import { criticalPath } from "./critical-path.ts";
import { type Measured, measureInTurn } from "./measure-in-turn.ts";
import { overBudget } from "./over-budget.ts";
import { END_TO_END, judge, type Row, seriesOf } from "./series.ts";

const described = graphOf({
  a: { reads: ["in"], writes: ["x"] },
  b: { reads: ["x"], writes: ["y"] },
  c: { reads: ["in"], writes: ["z"] },
});
const graph = unionGraph(described, described);
const MS = {
  unit: "ms",
  whole: ({ cpuMs }: MeasuredEntry) => cpuMs,
  nodes: ({ nodes }: MeasuredEntry) => nodes,
} as const;

/** Entries of which some were given another `x` by the head. */
function entriesOf(count: number, changed = 0): readonly ComparedEntry[] {
  return Array.from({ length: count }, (_, at) => ({
    graph: "g",
    base: { slots: { in: "0", x: "1" } },
    head: { slots: { in: "0", x: at < changed ? "2" : "1" } },
  })) as never;
}

/** Three rounds of entries whose nodes take so long, one of the rounds spoiled by something else. */
function rounds(
  count: number,
  of: (at: number) => Readonly<Record<string, number>>,
): readonly (readonly MeasuredEntry[])[] {
  return [1, 1, 50].map((spoiled) =>
    Array.from({ length: count }, (_, at) => {
      const nodes = Object.fromEntries(Object.entries(of(at)).map(([name, ms]) => [name, ms * spoiled]));
      return { place: { corpus: 0, at }, cpuMs: 10, nodes };
    }),
  );
}

function rowsOf(
  measured: Measured<MeasuredEntry>,
  entries = entriesOf(10),
  gates: ReportInput["gates"] = {},
): readonly Row[] {
  return seriesOf(graph, entries, measured, MS).map((series) => judge(series, 1, gates).row);
}

test("a node is over its budget where it is slower in most runs by more than the larger of share and amount", () => {
  const base = rounds(10, () => ({ a: 1, b: 1, c: 30 }));
  const flagged = (head: Measured<MeasuredEntry>["head"], gates: ReportInput["gates"] = {}) =>
    rowsOf({ base, head }, entriesOf(10), gates)
      .filter((row) => row.flagged)
      .map(({ what }) => what);
  expect(flagged(rounds(10, () => ({ a: 1.4, b: 1.6, c: 31 })))).toEqual(["b"]);
  expect(flagged(rounds(10, () => ({ a: 1, b: 1, c: 32 })))).toEqual(["c"]);
  // A few runs that took very long are no slower node, also where the interval of the mean is without 0; nor is a faster one.
  expect(flagged(rounds(10, (at) => ({ a: at < 2 ? 40 : 1.1, b: 1, c: 30 })))).toEqual([]);
  expect(flagged(rounds(10, (at) => ({ a: at === 0 ? 90 : 1, b: 0.1, c: 30 })))).toEqual([]);
  const gates = { "team of b": { time: { share: 0, ms: 0.7 }, tolerances: {}, metrics: {} } };
  expect(
    flagged(
      rounds(10, () => ({ a: 1, b: 1.6, c: 30 })),
      gates,
    ),
  ).toEqual([]);
});

test("a node is compared in the runs in which both versions gave it the same, and not in fewer than three", () => {
  const measured = { base: rounds(10, () => ({ b: 1 })), head: rounds(10, (at) => ({ b: at < 6 ? 100 : 1 })) };
  const [row] = rowsOf(measured, entriesOf(10, 6)).filter(({ what }) => what === "b");
  expect(row).toMatchObject({ delta: 0, flagged: false });
  expect(rowsOf(measured, entriesOf(10, 8)).map(({ what }) => what)).toEqual([END_TO_END, "a", "c"]);
});

test("times of waiting nodes and of whole runs are told and never flagged; what they allocate is flagged for the whole run", () => {
  const waiting = unionGraph(described, described);
  const nodes = waiting.nodes.map((node) => ({ ...node, head: { ...node.head, async: true } }) as never);
  const slow = { base: rounds(10, () => ({ a: 1 })), head: rounds(10, () => ({ a: 9 })) };
  const told = (unit: Row["unit"]) =>
    seriesOf({ ...waiting, nodes }, entriesOf(10), slow, { ...MS, unit, whole: ({ nodes: { a = 0 } }) => a * 100 })
      .map((series) => judge(series, 1, {}).row)
      .filter(({ flagged }) => flagged)
      .map(({ what }) => what);
  expect(told("ms")).toEqual([]);
  expect(told("kB")).toEqual([END_TO_END]);
});

test("a finding is the node's; the whole run is one where no node of it is over its budget", () => {
  const row = (what: string, more: Partial<Row> = {}): Row => {
    const side = { p50: 1, p90: 1, p99: 1, mean: 1 };
    const numbers = { base: side, head: { ...side, mean: 9 }, delta: 8, low: 7, high: 9, budget: 0.5 };
    return { graph: "g", what, owner: `team of ${what}`, unit: "kB", ...numbers, flagged: true, ...more };
  };
  const input = {
    compared: { graphs: [graph], entries: entriesOf(4) },
    changes: [],
    code: { ofNode: () => [] },
  } as never;
  const found = (...rows: Row[]) => overBudget(input, rows).map(({ node, owner }) => [node, owner]);
  expect(found(row("a"), row(END_TO_END))).toEqual([["a", "team of a"]]);
  expect(found(row(END_TO_END, { owner: "team" }), row("a", { flagged: false }))).toEqual([["g", "team"]]);
  expect(found(row("a", { unit: "ms" }), row(END_TO_END, { owner: "team" }))).toEqual([
    ["a", "team of a"],
    ["g", "team"],
  ]);
  const [first] = overBudget(input, [row("a")]);
  expect(first?.title).toBe(
    'node "a" (team of a) allocates 1 → 9 kB a run of g (7 to 9 kB more at 95 %), budget 0.5 kB more',
  );
  expect(first?.downstream.map(({ node }) => node)).toEqual(["b"]);
});

test("base and head take turns, the other way round each time, and the first round is not counted", async () => {
  const asked: string[] = [];
  const version = (name: string) => ({ each: async () => [asked.push(name)] });
  const compared = { baseVersion: version("base"), headVersion: version("head") } as never;
  const measured = await measureInTurn<number>({ compared }, { kind: "measure", entries: entriesOf(1), rounds: 2 });
  expect(asked).toEqual(["base", "head", "head", "base", "base", "head"]);
  expect(measured).toEqual({ base: [[4], [5]], head: [[3], [6]] });
});

test("the critical path is the chain of nodes that takes longest", () => {
  const path = (times: Readonly<Record<string, number>>) =>
    criticalPath(
      described,
      entriesOf(2),
      rounds(2, () => times),
    );
  expect(path({ a: 1, b: 1, c: 1 })).toEqual(["a", "b"]);
  expect(path({ a: 1, b: 1, c: 3 })).toEqual(["c"]);
});
