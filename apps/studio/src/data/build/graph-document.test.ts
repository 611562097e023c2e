import { type Topology, topologyOf } from "@tenon/graph-core";
import { adRequest } from "@tenon/graphs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphDocumentSchema } from "../graph-document.ts";
import { randomTopology } from "../testing/random-topology.ts";
import { graphDocument } from "./graph-document.ts";
import { MEMBERS_MAX, TOP_MAX } from "./group-nodes.ts";
import { BOXES_MAX } from "./lay-out.ts";

const randomGraph = (nodesMax: number) =>
  fc
    .integer({ min: 1, max: nodesMax })
    .chain((count) =>
      fc.tuple(
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: count, maxLength: count }),
        fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 4 }), {
          minLength: count,
          maxLength: count,
        }),
      ),
    )
    .map(([owners, reads]) => randomTopology(owners, reads));

test("every node stands in exactly one group or at the top, and has a place there", () => {
  fc.assert(
    fc.property(randomGraph(60), (topology) => {
      const { groups, layout, nodes } = graphDocument(topology);
      const top = Object.keys(layout.closed.boxes).filter((id) => !id.startsWith("@"));
      const leaves = (id: string): readonly string[] => {
        const group = groups.find((each) => each.id === id);
        return group === undefined ? [id] : group.members.flatMap(leaves);
      };
      expect(top.flatMap(leaves).toSorted()).toEqual(nodes.map(({ name }) => name).toSorted());
      for (const { id, members } of groups)
        expect(Object.keys(layout.inside[id]?.boxes ?? {}).toSorted()).toEqual([...members].toSorted());
    }),
    { numRuns: 40 },
  );
});

test("closed groups form no circle, and hold one owner each", () => {
  fc.assert(
    fc.property(randomGraph(60), (topology) => {
      const { groups, layout, nodes } = graphDocument(topology);
      for (const group of groups)
        expect(new Set(group.nodes.map((name) => nodes.find((each) => each.name === name)?.owner))).toEqual(
          new Set([group.owner]),
        );
      // Without a circle the layout draws every line downwards.
      const y = (id: string) => layout.closed.boxes[id]?.[1] ?? 0;
      for (const { from, to } of layout.closed.lines) expect(y(from), `${from} -> ${to}`).toBeLessThan(y(to));
    }),
    { numRuns: 40 },
  );
});

test("a graph of 1,500 nodes has no more boxes than can be drawn, at the top and in every group", () => {
  const count = 1_500;
  const owners = Array.from({ length: count }, (_, at) => Math.floor(at / 7) % 12);
  const reads = Array.from({ length: count }, (_, at) => [Math.max(0, at - 1), (at * 7) % Math.max(1, at)]);
  const { groups, layout } = graphDocument(randomTopology(owners, reads));
  expect(layout.flat).toBeNull();
  expect(Object.keys(layout.closed.boxes).length).toBeLessThanOrEqual(TOP_MAX + 2);
  for (const { members } of groups) expect(members.length).toBeLessThanOrEqual(Math.max(MEMBERS_MAX, BOXES_MAX));
});

test("the ad graph: as its schema says, without this machine's folders, and the same every time", () => {
  const topology = topologyOf(adRequest);
  const root = `${import.meta.dirname.replace(/\/apps\/studio\/.*/, "")}`;
  const document = graphDocument(topology, { root });
  expect(GraphDocumentSchema.parse(document)).toEqual(document);
  expect(JSON.stringify(document)).not.toContain(root);
  expect(document.nodes.find(({ name }) => name === "rankLight")?.place?.file).toBe(
    "packages/nodes/ranking/rank-light/rank-light.ts",
  );
  expect(JSON.stringify(graphDocument(topologyOf(adRequest), { root }))).toBe(JSON.stringify(document));
  expect(JSON.stringify(graphDocument(topology))).not.toContain(".ts");
});

test("what did not change keeps its place beside its neighbours in a later version", () => {
  const before = topologyOf(adRequest);
  const first = graphDocument(before);
  // The later version names its nodes in another order, as an edit of the graph file does.
  const later: Topology = { ...before, nodes: before.nodes.toReversed() };
  const kept = graphDocument(later, { previous: first });
  const moved = (to: typeof first) =>
    Object.entries(first.layout.flat?.boxes ?? {}).filter(([id, [x, y]]) => {
      const [nowX, nowY] = to.layout.flat?.boxes[id] ?? [];
      return nowX !== x || nowY !== y;
    }).length;
  expect(moved(kept)).toBeLessThan(moved(graphDocument(later)));
});
