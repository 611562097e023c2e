import type { DrawnLine, Point } from "./layout/drawing.ts";
import { element, textElement } from "./markup.ts";

const RADIUS = 7;
const ARROW = { length: 7, halfWidth: 3.6 } as const;

/** A line from producer to reader in the producer's colour, with its slots as title. */
export function drawnLine(line: DrawnLine, ownerIndex: number | undefined): string {
  const suffix = ownerIndex ?? "host";
  const way = `way line-${suffix}${line.batch ? " batch" : ""}${line.optional ? " optional" : ""}`;
  const slots = line.edges.map((edge) =>
    edge.as === "reads" || edge.as === "respond" ? edge.slot : `${edge.slot} (${edge.as})`,
  );
  return element(
    "g",
    {
      class: "line",
      "data-from": line.from,
      "data-to": line.to,
      "data-slots": line.edges.map((edge) => edge.slot).join(" "),
    },
    textElement("title", {}, `${slots.join(", ")}: ${line.from} → ${line.to}`) +
      element("path", { class: way, d: roundedPath(shortened(withoutStraightPoints(line.points))) }) +
      element("path", { class: `fill-${suffix}`, d: arrowHead(line.points) }),
  );
}

function withoutStraightPoints(points: readonly Point[]): readonly Point[] {
  return points.filter((point, at) => {
    const before = points[at - 1];
    const after = points[at + 1];
    if (before === undefined || after === undefined) return true;
    const sameColumn = before[0] === point[0] && point[0] === after[0];
    const sameRow = before[1] === point[1] && point[1] === after[1];
    return !sameColumn && !sameRow;
  });
}

/** Ends a little before the reader, so that a thick line does not show beside the tip of its arrow. */
function shortened(points: readonly Point[]): readonly Point[] {
  const last = points.at(-1);
  const before = points.at(-2);
  if (last === undefined || before === undefined) return points;
  const x = last[0] - Math.sign(last[0] - before[0]) * (ARROW.length - 1);
  const y = last[1] - Math.sign(last[1] - before[1]) * (ARROW.length - 1);
  return [...points.slice(0, -1), [x, y]];
}

function roundedPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  let path = `M${first[0]} ${first[1]}`;
  rest.forEach((corner, at) => {
    const before = points[at] as Point;
    const after = points[at + 2];
    if (after === undefined) {
      path += `L${corner[0]} ${corner[1]}`;
      return;
    }
    const radius = Math.min(RADIUS, distance(before, corner) / 2, distance(corner, after) / 2);
    const enter = towards(corner, before, radius);
    const leave = towards(corner, after, radius);
    path += `L${enter[0]} ${enter[1]}Q${corner[0]} ${corner[1]} ${leave[0]} ${leave[1]}`;
  });
  return path;
}

function arrowHead(points: readonly Point[]): string {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (tip === undefined || before === undefined) return "";
  const dx = Math.sign(tip[0] - before[0]);
  const dy = Math.sign(tip[1] - before[1]);
  const baseX = tip[0] - dx * ARROW.length;
  const baseY = tip[1] - dy * ARROW.length;
  const sideX = dy * ARROW.halfWidth;
  const sideY = dx * ARROW.halfWidth;
  return `M${tip[0]} ${tip[1]}L${baseX + sideX} ${baseY + sideY}L${baseX - sideX} ${baseY - sideY}Z`;
}

/** Lines run along the axes only. */
function distance(left: Point, right: Point): number {
  return Math.abs(left[0] - right[0]) + Math.abs(left[1] - right[1]);
}

function towards(from: Point, to: Point, by: number): Point {
  return [from[0] + Math.sign(to[0] - from[0]) * by, from[1] + Math.sign(to[1] - from[1]) * by];
}
