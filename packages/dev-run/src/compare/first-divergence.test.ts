import { expect, test } from "vitest";
import type { DescribedGraph, RanEntry } from "../versions/protocol.ts";
import { divergenceOf } from "./first-divergence.ts";
import { rootGroups } from "./root-groups.ts";
import { unionGraph } from "./union-graph.ts";

type Wires = Readonly<Record<string, { readonly reads: readonly string[]; readonly writes: readonly string[] }>>;

/** A graph of these nodes, in this order; the request gives `in`. */
function graphOf(wires: Wires): DescribedGraph {
  const nodes = Object.entries(wires).map(([name, { reads, writes }]) => ({
    ...{ name, owner: `team of ${name}`, reads, writes, soft: [], when: null },
  }));
  const producer = (slot: string) => nodes.find(({ writes }) => writes.includes(slot))?.name ?? "@request";
  const edges = nodes.flatMap(({ name, reads }) =>
    reads.map((slot) => ({ slot, from: producer(slot), to: name, as: "reads" })),
  );
  return {
    name: "g",
    order: Object.keys(wires),
    topology: { nodes, edges, respond: [], slots: [], resources: [] },
  } as never;
}

function ran(slots: Readonly<Record<string, string>>, stages: RanEntry["stages"] = []): RanEntry {
  return { slots, stages } as never;
}

const LINE: Wires = {
  a: { reads: ["in"], writes: ["x"] },
  b: { reads: ["x"], writes: ["y"] },
  c: { reads: ["in"], writes: ["z"] },
  d: { reads: ["y", "z"], writes: ["w"] },
};
const SAME = { in: "0", x: "1", y: "2", z: "3", w: "4" };

test("the node whose inputs are the same is the root, what lies behind it its effect", () => {
  const graph = unionGraph(graphOf(LINE), graphOf(LINE));
  const found = divergenceOf(graph, ran(SAME), ran({ ...SAME, x: "X", y: "Y", w: "W" }));
  expect([...found]).toEqual([["a", { slots: ["x", "y", "w"], nodes: ["a", "b", "d"] }]]);
});

test("two changes are two roots, and what reads both belongs to both", () => {
  const graph = unionGraph(graphOf(LINE), graphOf(LINE));
  const found = divergenceOf(graph, ran(SAME), ran({ ...SAME, y: "Y", z: "Z", w: "W" }));
  expect([...found.keys()]).toEqual(["b", "c"]);
  expect([...found.values()].map(({ nodes }) => nodes)).toEqual([
    ["b", "d"],
    ["c", "d"],
  ]);
});

test("what is passed over as noise is no difference and makes none", () => {
  const graph = unionGraph(graphOf(LINE), graphOf(LINE));
  expect(divergenceOf(graph, ran(SAME), ran({ ...SAME, z: "Z" }), { slots: new Set(["z"]) }).size).toBe(0);
});

test("a filter that drops the same ads for another reason differs", () => {
  const graph = unionGraph(graphOf(LINE), graphOf(LINE));
  const stage = (digest: string) => [{ node: "b", entered: 2, kept: 1, byReason: {}, digest }];
  expect([...divergenceOf(graph, ran(SAME, stage("p")), ran(SAME, stage("q"))).keys()]).toEqual(["b"]);
});

test("an added node stands before what reads it, and is the root", () => {
  const head: Wires = { ...LINE, n: { reads: ["x"], writes: ["v"] }, b: { reads: ["v"], writes: ["y"] } };
  const inOrder = { a: head["a"], n: head["n"], b: head["b"], c: head["c"], d: head["d"] } as Wires;
  const graph = unionGraph(graphOf(LINE), graphOf(inOrder));
  const found = divergenceOf(graph, ran(SAME), ran({ ...SAME, v: "5", y: "Y", w: "W" }));
  expect([...found.keys()]).toEqual(["n"]);
});

test("a removed node stands before what read it, and is the root", () => {
  const head: Wires = {
    a: { reads: ["in"], writes: ["x"] },
    c: LINE["c"] as never,
    d: { reads: ["x", "z"], writes: ["w"] },
  };
  const graph = unionGraph(graphOf(LINE), graphOf(head));
  expect(graph.nodes.map(({ name }) => name)).toEqual(["a", "c", "b", "d"]);
  const { y: _, ...without } = SAME;
  expect([...divergenceOf(graph, ran(SAME), ran({ ...without, w: "W" })).keys()]).toEqual(["b"]);
});

test("a group counts the entries in which each slot differs, and tells its nodes in the order of the graph", () => {
  const graph = unionGraph(graphOf(LINE), graphOf(LINE));
  const entry = (head: Readonly<Record<string, string>>) => {
    const [left, right] = [ran(SAME), ran({ ...SAME, ...head })];
    return { graph: "g", base: left, head: right, divergence: divergenceOf(graph, left, right) };
  };
  const entries = [entry({ x: "X", y: "Y", w: "W" }), entry({ x: "X", y: "Y" }), entry({})];
  const [group, ...others] = rootGroups({ graphs: [graph], entries } as never);
  expect(others).toEqual([]);
  expect(group?.entries).toHaveLength(2);
  expect([...(group?.slots ?? [])]).toEqual([
    ["x", 2],
    ["y", 2],
    ["w", 1],
  ]);
  expect(group?.nodes).toEqual(["a", "b", "d"]);
});
