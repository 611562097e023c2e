import { topologyOf } from "@tenon/graph-core";
import { adRequest } from "@tenon/graphs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { graphDocument } from "../../data/build/graph-document.ts";
import { randomTopology } from "../../data/testing/random-topology.ts";
import { arrange, BOXES_MAX, openTogether } from "./arrange.ts";

const graph = graphDocument(topologyOf(adRequest));
const ids = graph.groups.map(({ id }) => id);
const openSets = fc.subarray(ids).map((open) => new Set(open));

test("the corner of a group stays where it was when it opens", () => {
  for (const id of ids) {
    const [before, after] = [arrange(graph, new Set(), "groups"), arrange(graph, new Set([id]), "groups")];
    const corner = (boxes: typeof before.boxes) => boxes.filter((box) => box.id === id).map(({ x, y }) => [x, y]);
    expect(corner(after.boxes)).toEqual(corner(before.boxes));
  }
});

test("boxes never overlap but with the group they stand in, and lines end at their boxes, straight", () => {
  fc.assert(
    fc.property(openSets, (open) => {
      const { boxes, lines } = arrange(graph, open, "groups");
      const byId = new Map(boxes.map((box) => [box.id, box]));
      for (const [at, one] of boxes.entries()) {
        for (const other of boxes.slice(at + 1)) {
          if (one.depth !== other.depth) continue;
          const isApart =
            one.x + one.width <= other.x ||
            other.x + other.width <= one.x ||
            one.y + one.height <= other.y ||
            other.y + other.height <= one.y;
          expect(isApart, `${one.id} over ${other.id} with ${[...open]}`).toBe(true);
        }
      }
      for (const { from, to, points } of lines) {
        const [first, last] = [points[0], points.at(-1)];
        const [upper, lower] = [byId.get(from), byId.get(to)];
        expect(first?.[1]).toBe((upper?.y ?? 0) + (upper?.height ?? 0));
        expect(last?.[1]).toBe(lower?.y);
        expect(first?.[0]).toBeGreaterThanOrEqual(upper?.x ?? 0);
        expect(last?.[0]).toBeLessThanOrEqual((lower?.x ?? 0) + (lower?.width ?? 0));
        for (const [place, [x, y]] of points.slice(1).entries()) {
          const [px, py] = points[place] as [number, number];
          expect(px === x || py === y, `${from} -> ${to}`).toBe(true);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test("at most 200 boxes at 1,500 nodes, whatever is asked to open; the latest wins", () => {
  const count = 1_500;
  const owners = Array.from({ length: count }, (_, at) => Math.floor(at / 7) % 12);
  const large = graphDocument(
    randomTopology(
      owners,
      Array.from({ length: count }, (_, at) => [Math.max(0, at - 1)]),
    ),
  );
  const all = large.groups.map(({ id }) => id);
  const open = openTogether(large, all);
  expect(arrange(large, open, "groups").boxes.length).toBeLessThanOrEqual(BOXES_MAX);
  expect(open.size).toBeGreaterThan(0);
  expect(open.has(all.at(-1) ?? "")).toBe(true);
});
