/** The rules about stored columns: one writer, no circle, no reader without a writer; and about names of graphs. */
import { expect, test } from "vitest";
import { numberSlot, step } from "../../../test/support/wired.ts";
import { type Graph, graph } from "../../graph/graph.ts";
import { checkGraph, checkGraphs } from "../check-graph.ts";

const Change = numberSlot("change");

/** A graph of handlers, one per entry: name → columns of table "t". */
function handlers(name: string, columns: Readonly<Record<string, object>>): Graph {
  const nodes = Object.fromEntries(
    Object.entries(columns).map(([node, use]) => [
      node,
      step(`team-${node}`, {
        reads: [Change],
        writes: [numberSlot(`${name}-${node}`)],
        columns: [{ table: "t", ...use }],
      }),
    ]),
  );
  const respond = Object.values(nodes).flatMap((each) => each.definition.writes);
  return graph({ name, owner: `team-${name}`, request: [Change], nodes, respond } as never) as Graph;
}

const told = (graphs: readonly Graph[]) =>
  checkGraphs(graphs).map(({ code, graph: name, message }) => [code, name, message]);

test("one writer per column is right, over all graphs", () => {
  expect(
    told([handlers("g1", { a: { writes: ["x"] } }), handlers("g2", { b: { writes: ["y"], reads: ["x"] } })]),
  ).toEqual([]);
});

test("two writers of a column are told with both graphs, and within one graph already by checkGraph", () => {
  const words = (one: string, other: string) =>
    `two nodes write column "t.x": node "a" (owner team-a) of graph "${one}" and node "b" (owner team-b) of graph "${other}"`;
  expect(told([handlers("g1", { a: { writes: ["x"] } }), handlers("g2", { b: { writes: ["x"] } })])).toEqual([
    ["TENON1037", "g2", words("g1", "g2")],
  ]);
  const both = handlers("g1", { a: { writes: ["x"] }, b: { writes: ["x"] } });
  expect(checkGraph(both).map(({ code, message }) => [code, message])).toEqual([["TENON1037", words("g1", "g1")]]);
});

test("one node definition in two graphs is one writer", () => {
  const one = handlers("g1", { a: { writes: ["x"] } });
  const again = graph({ ...one, name: "g2" } as never) as Graph;
  expect(told([one, again])).toEqual([]);
});

test("handlers that start each other are told with the whole circle; reading is not being started", () => {
  const circle = (second: object) => [
    handlers("g1", { a: { watches: ["y"], writes: ["x"] } }),
    handlers("g2", { b: { writes: ["y"], ...second } }),
  ];
  expect(told(circle({ reads: ["x"] }))).toEqual([]);
  expect(told(circle({ watches: ["x"], roundsMax: 3 }))).toEqual([]);
  expect(told(circle({ watches: ["x"] }))).toEqual([
    [
      "TENON1038",
      "g1",
      '2 nodes start each other through column changes: node "a" (owner team-a) of graph "g1" → column "t.x" → node "b" (owner team-b) of graph "g2" → column "t.y" → node "a"',
    ],
  ]);
});

test("a column that nobody writes is told where others of its table are written", () => {
  const reader = handlers("g2", { b: { reads: ["budgets"] } });
  expect(told([reader])).toEqual([]);
  expect(told([handlers("g1", { a: { writes: ["budget"] } }), reader])).toEqual([
    [
      "TENON1039",
      "g2",
      'no node writes column "t.budgets", which node "b" (owner team-b) of graph "g2" reads; node "a" (owner team-a) of graph "g1" writes others of table "t"',
    ],
  ]);
});

test("two graphs of one name are told", () => {
  expect(told([handlers("g", { a: { writes: ["x"] } }), handlers("g", { b: { writes: ["y"] } })])).toEqual([
    ["TENON1040", "g", '2 graphs have one name: graph "g" (owner team-g) and graph "g" (owner team-g)'],
  ]);
});
