import { expect, test } from "vitest";
import { adRequestGraph } from "../../../test/fixtures/ad-request-graph.ts";
import { graphOf, type NodeRecipe } from "../../../test/fixtures/random-graph.ts";
import { type Topology, topologyOf } from "../../graph/topology.ts";
import { measureBoxes } from "../svg-box.ts";
import { type Drawing, drawTopology, type Point } from "./drawing.ts";

const draw = (topology: Topology): Drawing => drawTopology(topology, measureBoxes(topology));
const topology = topologyOf(adRequestGraph);
const drawing = draw(topology);

/** A node that reads the slots of the nodes at these positions; -1 is the request. */
const recipe = (reads: readonly number[]): NodeRecipe => ({
  reads,
  soft: [],
  when: undefined,
  budgetMs: undefined,
  owner: "owner0",
});

test("the way of the candidates through the filters is one straight line", () => {
  const filters = new Set(topology.nodes.filter((node) => node.kind === "filter").map((node) => node.name));
  const columns = drawing.lines
    .filter((line) => line.batch && filters.has(line.to))
    .map((line) => new Set(line.points.map(([x]) => x)));
  expect(columns).toHaveLength(filters.size);
  expect(new Set(columns.flatMap((column) => [...column])).size).toBe(1);
});

test("no line moves sideways by so little that it looks like a mistake", () => {
  for (const line of drawing.lines) {
    line.points.slice(1).forEach((point, at) => {
      const sideways = Math.abs(point[0] - (line.points[at]?.[0] ?? 0));
      expect(sideways === 0 || sideways >= 12, `${line.from} → ${line.to}: ${sideways}`).toBe(true);
    });
  }
});

test("a map that is alone in its row stands right beside the way of its candidates", () => {
  for (const name of ["assembleLight", "scoreLight", "scoreFatigue", "loadForward"]) {
    const box = drawing.boxes.find(({ id }) => id === name);
    const spine = drawing.lines.find((line) => line.batch && line.to === "holdAuction")?.points[0]?.[0] ?? 0;
    const apart = Math.min(Math.abs((box?.x ?? 0) - spine), Math.abs((box?.x ?? 0) + (box?.width ?? 0) - spine));
    expect(apart, name).toBeLessThanOrEqual(40);
  }
});

test("the long way of a slot that many nodes read is one straight lane", () => {
  for (const producer of ["@request", "parseContext", "expand/expandUser", "loadForward", "loadCounts"]) {
    const longWays = drawing.lines
      .filter((line) => line.from === producer)
      .flatMap((line) => line.points.slice(1).map((point, at) => ({ point, before: line.points[at] as Point })))
      .filter(({ point, before }) => point[0] === before[0] && point[1] - before[1] > 60);
    expect(new Set(longWays.map(({ point }) => point[0])).size, producer).toBe(1);
  }
});

test("a shadow stands beside the node it may replace", () => {
  const yOf = (name: string) => drawing.boxes.find((box) => box.id === name)?.y;
  expect(yOf("predictClickNext")).toBe(yOf("predictClick"));
});

test("more parallel nodes than stay readable side by side are drawn in several rows", () => {
  const { boxes } = draw(topologyOf(graphOf(Array.from({ length: 30 }, () => recipe([-1])))));
  const rows = Map.groupBy(boxes, (box) => box.y);
  expect(rows.size).toBeGreaterThan(2 + 2);
  for (const row of rows.values()) expect(row.reduce((sum, box) => sum + box.width, 0)).toBeLessThanOrEqual(1_180);
});

test("the request stands at the top and the response at the bottom", () => {
  const ys = drawing.boxes.map((box) => box.y);
  expect(drawing.boxes.find((box) => box.kind === "request")?.y).toBe(Math.min(...ys));
  expect(drawing.boxes.find((box) => box.kind === "respond")?.y).toBe(Math.max(...ys));
});

/** Places where a line runs across a line of another producer. */
function crossings({ lines }: Drawing): number {
  const stretches = new Map<string, { from: string; before: Point; point: Point }>();
  for (const line of lines) {
    line.points.slice(1).forEach((point, at) => {
      const before = line.points[at] as Point;
      stretches.set(JSON.stringify([line.from, before, point]), { from: line.from, before, point });
    });
  }
  const all = [...stretches.values()];
  const between = (value: number, one: number, other: number) =>
    value > Math.min(one, other) && value < Math.max(one, other);
  return all.reduce((sum, across) => {
    if (across.before[1] !== across.point[1]) return sum;
    return (
      sum +
      all.filter(
        (down) =>
          down.from !== across.from &&
          down.before[0] === down.point[0] &&
          between(down.point[0], across.before[0], across.point[0]) &&
          between(across.point[1], down.before[1], down.point[1]),
      ).length
    );
  }, 0);
}

test("the drawing of the ad request has no more crossings than it had when it was reviewed", () => {
  expect(crossings(drawing)).toBeLessThanOrEqual(59);
});
