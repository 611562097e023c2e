import { type Topology, topologyOf } from "@tenon/graph-core";
import { adRequest } from "@tenon/graphs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type GraphDocument, GraphDocumentSchema } from "../graph-document.ts";
import type { DrawingJson } from "../parts.ts";
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

/** A random graph, and a later version of it: nodes gone, nodes come, others moved to another owner or read less. */
const twoVersions = fc
  .tuple(randomGraph(50), fc.array(fc.nat({ max: 49 }), { maxLength: 6 }), fc.nat({ max: 49 }), fc.nat({ max: 200 }))
  .map(([before, gone, moved, cut]): readonly [Topology, Topology] => {
    const isThere = (name: string) => !gone.some((at) => before.nodes[at]?.name === name);
    const nodes = before.nodes.filter(({ name }) => isThere(name));
    const later: Topology = {
      ...before,
      nodes: nodes.map((node, at) => (at === moved ? { ...node, owner: "somebody-else" } : node)).toReversed(),
      edges: before.edges.filter(({ from, to }, at) => at !== cut && isThere(from) && isThere(to)),
      layers: before.layers.map((layer) => layer.filter(isThere)),
    };
    return [before, later];
  });

test("what two versions share stands at the same place in both, to the pixel; each has its own nodes and lines", () => {
  fc.assert(
    fc.property(twoVersions, (versions) => {
      const [before, later] = versions;
      const [one, other] = [
        graphDocument(before, { versions }),
        graphDocument(later, { versions: versions.toReversed() }),
      ];
      const drawings = ({ layout: { flat, closed, inside } }: GraphDocument) =>
        ({ flat, closed, ...inside }) as Readonly<Record<string, DrawingJson | null>>;
      for (const [id, drawing] of Object.entries(drawings(one))) {
        const its = drawings(other)[id];
        for (const [box, place] of Object.entries(drawing?.boxes ?? {}))
          if (its?.boxes[box] !== undefined) expect(its.boxes[box], box).toEqual(place);
      }
      for (const [document, { nodes, edges }] of [
        [one, before],
        [other, later],
      ] as const) {
        const boxes = Object.keys(document.layout.flat?.boxes ?? {}).filter((id) => !id.startsWith("@"));
        expect(boxes.toSorted()).toEqual(nodes.map(({ name }) => name).toSorted());
        const lines = document.layout.flat?.lines.flatMap(({ from, to, slots }) =>
          slots.map((slot) => `${from} ${to} ${slot}`),
        );
        expect(lines?.toSorted()).toEqual(
          [...new Set(edges.map(({ from, to, slot }) => `${from} ${to} ${slot}`))].toSorted(),
        );
        const ownerOf = new Map(nodes.map(({ name, owner }) => [name, owner]));
        for (const { owner, nodes: members } of document.groups)
          expect(new Set(members.map((name) => ownerOf.get(name)))).toEqual(new Set([owner]));
      }
    }),
    { numRuns: 60 },
  );
});
