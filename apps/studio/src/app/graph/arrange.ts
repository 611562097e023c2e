/**
 * Where boxes and lines stand for a choice of open groups. Nothing is laid out here: what the graph's document says is
 * moved apart where a group opens. The corner of a box that is opened stays; what lies right of it or below moves.
 */
import type { GraphDocument } from "../../data/graph-document.ts";
import type { DrawingJson, Line } from "../../data/parts.ts";

/** Boxes of one picture, docs/design/0019-studio.md. */
export const BOXES_MAX = 200;
/** Around the members of an open group, px; above them stands its name. */
const PAD = 20;
const HEAD = 44;

export interface PlacedBox {
  readonly id: string;
  readonly kind: "node" | "group" | "openGroup" | "end";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}

export interface PlacedLine extends Line {
  readonly depth: number;
}

export interface Arrangement {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly lines: readonly PlacedLine[];
}

export function arrange(graph: GraphDocument, open: ReadonlySet<string>, level: "groups" | "nodes"): Arrangement {
  if (level === "nodes" && graph.layout.flat !== null) return arrangeDrawing(graph.layout.flat, graph, new Set(), 0);
  return arrangeDrawing(graph.layout.closed, graph, open, 0);
}

/** Of the groups asked for, those that can be open together: the latest, as long as the boxes fit. */
export function openTogether(graph: GraphDocument, asked: readonly string[]): ReadonlySet<string> {
  const groups = new Map(graph.groups.map((group) => [group.id, group]));
  const open = new Set<string>();
  let count = Object.keys(graph.layout.closed.boxes).length;
  for (const id of [...asked].reverse()) {
    const chain: string[] = [];
    for (let at = groups.get(id); at !== undefined && !open.has(at.id); at = groups.get(at.parent ?? ""))
      chain.push(at.id);
    const more = chain.reduce((sum, each) => sum + (groups.get(each)?.members.length ?? 0), 0);
    if (chain.length === 0 || count + more > BOXES_MAX) continue;
    count += more;
    for (const each of chain) open.add(each);
  }
  return open;
}

/** The box that stands for a node in the picture: itself, or the closed group that holds it. */
export function boxOf(
  graph: GraphDocument,
  node: string,
  boxes: ReadonlyMap<string, PlacedBox>,
): PlacedBox | undefined {
  const own = boxes.get(node);
  if (own !== undefined) return own;
  return graph.groups
    .filter((group) => group.nodes.includes(node))
    .map((group) => boxes.get(group.id))
    .find((box) => box?.kind === "group");
}

interface Growth {
  readonly right: number;
  readonly bottom: number;
  readonly dx: number;
  readonly dy: number;
}

function arrangeDrawing(
  drawing: DrawingJson,
  graph: GraphDocument,
  open: ReadonlySet<string>,
  depth: number,
): Arrangement {
  const groups = new Set(graph.groups.map(({ id }) => id));
  const inner = new Map<string, Arrangement>();
  const growths: Growth[] = [];
  for (const [id, [x, y, width, height]] of Object.entries(drawing.boxes)) {
    const inside = graph.layout.inside[id];
    if (inside === undefined || !open.has(id)) continue;
    const members = arrangeDrawing(inside, graph, open, depth + 1);
    inner.set(id, members);
    const grown = { width: members.width + 2 * PAD, height: members.height + HEAD + PAD };
    growths.push({
      ...{ right: x + width, bottom: y + height },
      ...{ dx: Math.max(0, grown.width - width), dy: Math.max(0, grown.height - height) },
    });
  }
  const shiftX = (x: number) => growths.reduce((sum, each) => sum + (x > each.right - 1 ? each.dx : 0), 0);
  const shiftY = (y: number) => growths.reduce((sum, each) => sum + (y >= each.bottom ? each.dy : 0), 0);
  const boxes: PlacedBox[] = [];
  const lines: PlacedLine[] = [];
  const shifts = new Map<string, number>();
  for (const [id, [x, y, width, height]] of Object.entries(drawing.boxes)) {
    const dx = shiftX(x);
    shifts.set(id, dx);
    const at = { x: x + dx, y: y + shiftY(y) };
    const members = inner.get(id);
    if (members === undefined) {
      const kind = groups.has(id) ? "group" : id.startsWith("@") ? "end" : "node";
      boxes.push({ id, kind, ...at, width, height, depth });
      continue;
    }
    const size = {
      width: Math.max(width, members.width + 2 * PAD),
      height: Math.max(height, members.height + HEAD + PAD),
    };
    boxes.push({ id, kind: "openGroup", ...at, ...size, depth });
    boxes.push(...members.boxes.map((box) => ({ ...box, x: box.x + at.x + PAD, y: box.y + at.y + HEAD })));
    lines.push(
      ...members.lines.map((line) => ({
        ...line,
        points: line.points.map(([px, py]): [number, number] => [px + at.x + PAD, py + at.y + HEAD]),
      })),
    );
  }
  const moved = drawing.lines.map((line) => ({ ...line, depth, points: movePoints(line, shifts, shiftX, shiftY) }));
  return {
    width: drawing.width + growths.reduce((sum, { dx }) => sum + dx, 0),
    height: drawing.height + growths.reduce((sum, { dy }) => sum + dy, 0),
    boxes,
    lines: [...moved, ...lines],
  };
}

/** The ends go with their boxes, what lies between with the picture; stretches stay horizontal and vertical. */
function movePoints(
  { points, from, to }: Line,
  shifts: ReadonlyMap<string, number>,
  shiftX: (x: number) => number,
  shiftY: (y: number) => number,
): Line["points"] {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return [];
  const [fromDx, toDx] = [shifts.get(from) ?? 0, shifts.get(to) ?? 0];
  if (points.every(([x]) => x === first[0])) {
    const [top, bottom] = [first[1] + shiftY(first[1]), last[1] + shiftY(last[1])];
    if (fromDx === toDx)
      return [
        [first[0] + fromDx, top],
        [last[0] + toDx, bottom],
      ];
    const middle = bottom - 12;
    return [
      [first[0] + fromDx, top],
      [first[0] + fromDx, middle],
      [last[0] + toDx, middle],
      [last[0] + toDx, bottom],
    ];
  }
  const leads = points.findIndex(([x]) => x !== first[0]);
  const trails = points.length - 1 - [...points].reverse().findIndex(([x]) => x !== last[0]);
  return points.map(([x, y], at): [number, number] => [
    x + (at < leads ? fromDx : at > trails ? toDx : shiftX(x)),
    y + shiftY(y),
  ]);
}
