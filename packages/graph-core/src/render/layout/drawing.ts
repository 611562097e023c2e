import type { Topology, TopologyEdge } from "../../graph/topology.ts";
import { assignLayers } from "./assign-layers.ts";
import { assignTracks, type GapNet } from "./assign-tracks.ts";
import { orderRows } from "./order-rows.ts";
import { placeColumns } from "./place-columns.ts";
import { type Ports, portsOf } from "./ports.ts";
import { type RowItem, type Rows, rowsOf } from "./rows.ts";
import { type Measure, type Sketch, type SketchBox, type SketchLink, sketchOf } from "./sketch.ts";

export interface DrawnBox extends SketchBox {
  readonly x: number;
  readonly y: number;
  /** Where its lines leave, on its lower side. */
  readonly leaveX: number;
  /** Room for the names of its slots below the box, on either side of `leaveX`: up to the next line down. */
  readonly labelRoom: { readonly left: number; readonly right: number };
}

export interface DrawnLine {
  readonly from: string;
  readonly to: string;
  readonly edges: readonly TopologyEdge[];
  readonly batch: boolean;
  readonly optional: boolean;
  /** Horizontal and vertical stretches from the producer to the reader. */
  readonly points: readonly Point[];
}

export type Point = readonly [x: number, y: number];

/** A topology laid out from top to bottom, in whole pixels from (0, 0). */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly DrawnBox[];
  readonly lines: readonly DrawnLine[];
}

/** Below a box there is room for the names of the slots it writes. */
const LABEL_HEIGHT = 15;
const TRACK_HEIGHT = 8;
const ARROW_HEIGHT = 15;
/** Room for a label at the right end of a row, which has no neighbour; whoever draws it widens the picture by it. */
const LAST_LABEL_ROOM = 300;
const LOOP = { out: 12, inset: 10 } as const;

/**
 * Lays a topology out: rows by depth, few crossings, straight ways for candidates and trunks, right-angled lines in
 * tracks of their own. Deterministic: the same topology and measure give the same drawing. A cycle is drawn upwards.
 */
export function drawTopology(topology: Topology, measure: Measure): Drawing {
  const sketch = sketchOf(topology, measure);
  if (sketch.boxes.length === 0) return { width: 0, height: 0, boxes: [], lines: [] };
  const rows = rowsOf(sketch, assignLayers(sketch));
  orderRows(rows);
  placeColumns(rows);
  const ports = portsOf(rows);
  const frame = frameOf(sketch, rows, ports);
  const placing = { rows, frame, ports, downwardsOf: downwardLines(rows, ports) };
  const boxes = sketch.boxes.map((box, at) => drawBox(box, at, placing));
  return {
    width: Math.max(...allItems(rows).map((item) => item.x + item.width / 2)),
    height: frame.height,
    boxes,
    lines: drawLines(sketch, rows, frame, ports, boxes),
  };
}

/** Heights of rows and gaps, and the tracks in each gap. */
interface Frame {
  readonly rowTop: readonly number[];
  readonly rowHeight: readonly number[];
  readonly height: number;
  /** `y` of a net's track below a row; `undefined` where it goes straight down. */
  readonly trackY: (row: number, net: number) => number | undefined;
}

function frameOf(sketch: Sketch, { rows, segments }: Rows, ports: Ports): Frame {
  const gaps = rows.map((): Map<number, { top: number; bottoms: number[] }> => new Map());
  for (const segment of segments) {
    const gap = gaps[segment.upper.row];
    const net = gap?.get(segment.net);
    const bottom = ports.enter(segment);
    if (net === undefined) gap?.set(segment.net, { top: ports.leave(segment.upper, segment.net), bottoms: [bottom] });
    else net.bottoms.push(bottom);
  }
  const rowTop: number[] = [];
  const rowHeight = rows.map((row) => Math.max(...row.map((item) => sketch.boxes[item.box]?.height ?? 0)));
  const trackTops: number[] = [];
  const tracks: ReadonlyMap<number, number>[] = [];
  let y = 0;
  rows.forEach((_, row) => {
    rowTop.push(y);
    const nets: GapNet[] = [...(gaps[row] ?? [])].map(([net, ends]) => ({ net, ...ends }));
    const assigned = assignTracks(nets);
    tracks.push(assigned.tracks);
    trackTops.push(y + (rowHeight[row] ?? 0) + LABEL_HEIGHT);
    y += (rowHeight[row] ?? 0) + LABEL_HEIGHT + assigned.count * TRACK_HEIGHT + ARROW_HEIGHT;
  });
  const last = rows.length - 1;
  return {
    rowTop,
    rowHeight,
    height: (rowTop[last] ?? 0) + (rowHeight[last] ?? 0),
    trackY: (row, net) => {
      const track = tracks[row]?.get(net);
      return track === undefined ? undefined : (trackTops[row] ?? 0) + track * TRACK_HEIGHT + TRACK_HEIGHT / 2;
    },
  };
}

/** Where lines leave a row downwards, by row. */
type DownwardLines = readonly (readonly number[])[];

function downwardLines(rows: Rows, ports: Ports): DownwardLines {
  const lines = rows.rows.map((): number[] => []);
  for (const item of allItems(rows)) lines[item.row]?.push(leaveOf(item, rows, ports));
  return lines;
}

interface Placing {
  readonly rows: Rows;
  readonly frame: Frame;
  readonly ports: Ports;
  readonly downwardsOf: DownwardLines;
}

function drawBox(box: SketchBox, at: number, { rows, frame, ports, downwardsOf }: Placing): DrawnBox {
  const item = rows.boxItems[at];
  const x = item?.x ?? 0;
  const row = item?.row ?? 0;
  const leaveX = item === undefined ? x : leaveOf(item, rows, ports);
  const others = downwardsOf[row] ?? [];
  return {
    ...box,
    x: x - box.width / 2,
    y: (frame.rowTop[row] ?? 0) + ((frame.rowHeight[row] ?? 0) - box.height) / 2,
    leaveX,
    labelRoom: {
      left: leaveX - Math.max(0, ...others.filter((other) => other < leaveX)),
      right: Math.min(LAST_LABEL_ROOM, ...others.filter((other) => other > leaveX).map((other) => other - leaveX)),
    },
  };
}

function allItems({ rows, lanes }: Rows): readonly RowItem[] {
  return [...rows.flat(), ...lanes.flatMap((lane) => lane.items)];
}

function leaveOf(item: RowItem, { nets }: Rows, ports: Ports): number {
  const first = item.down.find((segment) => nets[segment.net]?.reversed === false);
  return first === undefined ? item.x : ports.leave(item, first.net);
}

function drawLines(sketch: Sketch, rows: Rows, frame: Frame, ports: Ports, boxes: readonly DrawnBox[]): DrawnLine[] {
  const lines: DrawnLine[] = [];
  const add = (link: SketchLink, points: readonly Point[]): void => {
    const from = sketch.boxes[link.from]?.id ?? "";
    const to = sketch.boxes[link.to]?.id ?? "";
    lines.push({ from, to, edges: link.edges, batch: link.batch, optional: link.optional, points });
  };
  rows.nets.forEach((net, index) => {
    for (const link of net.links) {
      const lower = net.reversed ? link.from : link.to;
      const down = downwards({ net: index, upper: net.upper, lower }, rows, frame, ports, boxes);
      add(link, net.reversed ? down.toReversed() : down);
    }
  });
  for (const link of sketch.links) {
    const box = boxes[link.from];
    if (link.from === link.to && box !== undefined) add(link, loopBeside(box));
  }
  return lines;
}

interface Way {
  readonly net: number;
  readonly upper: number;
  readonly lower: number;
}

function downwards(way: Way, rows: Rows, frame: Frame, ports: Ports, boxes: readonly DrawnBox[]): Point[] {
  const upper = rows.boxItems[way.upper];
  const lower = rows.boxItems[way.lower];
  const upperBox = boxes[way.upper];
  const lowerBox = boxes[way.lower];
  const trunk = rows.trunks[way.net];
  if (upper === undefined || lower === undefined || upperBox === undefined || lowerBox === undefined) return [];
  let x = ports.leave(upper, way.net);
  const points: Point[] = [[x, upperBox.y + upperBox.height]];
  for (let row = upper.row; row < lower.row; row += 1) {
    const item = trunk?.get(row);
    const next = row + 1 === lower.row ? lower : trunk?.get(row + 1);
    const segment = item?.down.find((candidate) => candidate.net === way.net && candidate.lower === next);
    const nextX = segment === undefined ? x : ports.enter(segment);
    const y = frame.trackY(row, way.net);
    if (y !== undefined && nextX !== x) points.push([x, y], [nextX, y]);
    x = nextX;
  }
  points.push([x, lowerBox.y]);
  return points;
}

function loopBeside(box: DrawnBox): Point[] {
  const right = box.x + box.width;
  const top = box.y + LOOP.inset;
  const bottom = box.y + box.height - LOOP.inset;
  return [
    [right, bottom],
    [right + LOOP.out, bottom],
    [right + LOOP.out, top],
    [right, top],
  ];
}
