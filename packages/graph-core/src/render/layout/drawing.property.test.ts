import fc from "fast-check";
import { expect, test } from "vitest";
import { graphOf, recipesOf } from "../../../test/fixtures/random-graph.ts";
import { topologyOf } from "../../graph/topology.ts";
import { measureBoxes } from "../svg-box.ts";
import { type Drawing, type DrawnBox, drawTopology, type Point } from "./drawing.ts";

const drawn = (recipes: Parameters<typeof graphOf>[0]) => {
  const topology = topologyOf(graphOf(recipes));
  return { topology, drawing: drawTopology(topology, measureBoxes(topology)) };
};

const anyRecipes = fc.oneof(recipesOf({ nodesMax: 40 }), recipesOf({ nodesMax: 15, cycles: true }));

function overlap(left: DrawnBox, right: DrawnBox): boolean {
  return (
    left.x < right.x + right.width &&
    right.x < left.x + left.width &&
    left.y < right.y + right.height &&
    right.y < left.y + left.height
  );
}

/** Boxes whose inside a stretch of a line runs through. */
function crossed(drawing: Drawing, from: Point, to: Point): readonly string[] {
  const [left, right] = [Math.min(from[0], to[0]), Math.max(from[0], to[0])];
  const [top, bottom] = [Math.min(from[1], to[1]), Math.max(from[1], to[1])];
  return drawing.boxes
    .filter((box) => left < box.x + box.width && right > box.x && top < box.y + box.height && bottom > box.y)
    .map((box) => box.id);
}

test("property: boxes never overlap and stand inside the drawing", () => {
  fc.assert(
    fc.property(anyRecipes, (recipes) => {
      const { drawing } = drawn(recipes);
      drawing.boxes.forEach((box, at) => {
        for (const other of drawing.boxes.slice(at + 1))
          expect(overlap(box, other), `${box.id} on ${other.id}`).toBe(false);
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(drawing.width);
        expect(box.y + box.height).toBeLessThanOrEqual(drawing.height);
      });
    }),
    { numRuns: 60 },
  );
});

test("property: every edge of the topology is on exactly one line, and every node in exactly one box", () => {
  fc.assert(
    fc.property(anyRecipes, (recipes) => {
      const { topology, drawing } = drawn(recipes);
      expect(drawing.boxes.filter((box) => box.kind === "node").map((box) => box.id)).toEqual(
        topology.nodes.map((node) => node.name),
      );
      const shown = drawing.lines.flatMap((line) =>
        line.edges.map((edge) => [line.from, line.to, edge.slot, edge.as].join(" ")),
      );
      expect(shown.sort()).toEqual(
        topology.edges.map((edge) => [edge.from, edge.to, edge.slot, edge.as].join(" ")).sort(),
      );
    }),
    { numRuns: 60 },
  );
});

test("property: a line runs at right angles from its producer's box to its reader's box and through no other", () => {
  fc.assert(
    fc.property(anyRecipes, (recipes) => {
      const { drawing } = drawn(recipes);
      const boxes = new Map(drawing.boxes.map((box) => [box.id, box]));
      for (const line of drawing.lines) {
        const [first, last] = [line.points[0], line.points.at(-1)];
        expect(first !== undefined && onRim(boxes.get(line.from), first), `start of ${line.from} → ${line.to}`).toBe(
          true,
        );
        expect(last !== undefined && onRim(boxes.get(line.to), last), `end of ${line.from} → ${line.to}`).toBe(true);
        line.points.slice(1).forEach((point, at) => {
          const before = line.points[at] as Point;
          expect(
            before[0] === point[0] || before[1] === point[1],
            `${line.from} → ${line.to} is not at right angles`,
          ).toBe(true);
          expect(crossed(drawing, before, point), `${line.from} → ${line.to}`).toEqual([]);
        });
      }
    }),
    { numRuns: 60 },
  );
});

function onRim(box: DrawnBox | undefined, [x, y]: Point): boolean {
  if (box === undefined) return false;
  const besides = x === box.x || x === box.x + box.width;
  const aboveOrBelow = y === box.y || y === box.y + box.height;
  const within = x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
  return within && (besides || aboveOrBelow);
}

test("property: without a cycle every reader stands below its producer", () => {
  fc.assert(
    fc.property(recipesOf({ nodesMax: 40 }), (recipes) => {
      const { drawing } = drawn(recipes);
      const boxes = new Map(drawing.boxes.map((box) => [box.id, box]));
      for (const { from, to } of drawing.lines) {
        expect((boxes.get(from)?.y ?? 0) + (boxes.get(from)?.height ?? 0)).toBeLessThan(boxes.get(to)?.y ?? 0);
      }
    }),
    { numRuns: 60 },
  );
});

interface Stretch {
  readonly from: string;
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

function stretches(drawing: Drawing, along: 0 | 1): readonly Stretch[] {
  const across = along === 0 ? 1 : 0;
  return drawing.lines.flatMap((line) =>
    line.points.slice(1).flatMap((point, at) => {
      const before = line.points[at] as Point;
      if (before[across] !== point[across] || before[along] === point[along]) return [];
      const [start, end] = [Math.min(before[along], point[along]), Math.max(before[along], point[along])];
      return [{ from: line.from, at: point[across], start, end }];
    }),
  );
}

/** How far lines of different producers lie on each other, in pixels. */
function sharedLength(all: readonly Stretch[]): number {
  let longest = 0;
  for (const left of all) {
    for (const right of all) {
      if (left.from >= right.from || left.at !== right.at) continue;
      longest = Math.max(longest, Math.min(left.end, right.end) - Math.max(left.start, right.start));
    }
  }
  return longest;
}

test("property: lines of different producers lie on each other nowhere, but for a few tracks where two swap columns", () => {
  fc.assert(
    fc.property(recipesOf({ nodesMax: 25 }), (recipes) => {
      const { drawing } = drawn(recipes);
      expect(sharedLength(stretches(drawing, 0))).toBe(0);
      expect(sharedLength(stretches(drawing, 1))).toBeLessThanOrEqual(40);
    }),
    { numRuns: 60 },
  );
});

test("property: the same graph gives the same drawing", () => {
  fc.assert(
    fc.property(recipesOf({ nodesMax: 30 }), (recipes) => {
      expect(drawn(recipes).drawing).toEqual(drawn(recipes).drawing);
    }),
    { numRuns: 50 },
  );
});
