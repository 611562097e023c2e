import type { Sketch, SketchLink } from "./sketch.ts";

/** Width that a line going through a row keeps free around itself. */
const WAYPOINT_WIDTH = 12;
/** A trunk past fewer rows than this goes between the boxes; a longer one gets a lane of its own beside them. */
const LANE_ROWS_MIN = 2;

/** One place in a row: a box, or the trunk of a net on its way down past the row. */
export interface RowItem {
  readonly row: number;
  readonly width: number;
  /** Position of the box; -1 for a trunk. */
  readonly box: number;
  /** The net a trunk belongs to; -1 for a box. */
  readonly net: number;
  readonly up: Segment[];
  readonly down: Segment[];
  /** The segments among boxes and the trunks between them: what decides order and place. */
  readonly nearUp: Segment[];
  readonly nearDown: Segment[];
  /** A trunk beside all boxes; not in `Rows.rows`. */
  readonly lane: boolean;
  /** Place among the items of the row, from the left. */
  order: number;
  /** Centre, pixels. */
  x: number;
}

/** The part of a net between two neighbouring rows. */
export interface Segment {
  readonly net: number;
  readonly upper: RowItem;
  readonly lower: RowItem;
  /** How much it costs when the segment is not vertical. */
  readonly weight: number;
  /** Part of the way to a filter. */
  readonly spine: boolean;
}

/** One producing box and all lines that leave it, upwards (only in a graph with a cycle) or downwards. */
export interface Net {
  readonly upper: number;
  readonly links: SketchLink[];
  /** The lines were drawn from their lower end: the arrow points up. */
  readonly reversed: boolean;
}

/** The part of a net's trunk that runs beside the boxes, straight through all its rows. */
export interface Lane {
  /** One per row, downwards. */
  readonly items: readonly RowItem[];
  /** What it comes from and leads to. */
  readonly ends: readonly RowItem[];
}

export interface Rows {
  /** Boxes and the trunks that go between them. */
  readonly rows: readonly (readonly RowItem[])[];
  readonly boxItems: readonly RowItem[];
  readonly nets: readonly Net[];
  readonly segments: readonly Segment[];
  /** Trunk items of each net, by row, lanes included. */
  readonly trunks: readonly ReadonlyMap<number, RowItem>[];
  readonly lanes: readonly Lane[];
}

const WEIGHT = { spine: 24, batch: 8, trunk: 6, required: 2, optional: 1 } as const;

/**
 * Puts boxes and trunks into rows. A net has at most one trunk item per row, whatever its number of readers. Long trunks
 * go beside the boxes: many straight lanes are easier to follow than one line that winds through.
 */
export function rowsOf(sketch: Sketch, layers: readonly number[]): Rows {
  const rows: RowItem[][] = [];
  const addItem = (row: number, width: number, owner: { box?: number; net?: number; lane?: boolean }): RowItem => {
    const { box = -1, net = -1, lane = false } = owner;
    const item: RowItem = { row, width, box, net, lane, up: [], down: [], nearUp: [], nearDown: [], order: 0, x: 0 };
    if (!lane) rows[row]?.push(item);
    return item;
  };
  const layerOf = (box: number): number => layers[box] ?? 0;
  for (let row = 0; row <= Math.max(0, ...layers); row += 1) rows[row] = [];
  const boxItems = sketch.boxes.map((box, at) => addItem(layerOf(at), box.width, { box: at }));

  const nets = netsOf(sketch, layers);
  const segments: Segment[] = [];
  const lanes: Lane[] = [];
  const trunks = nets.map((net, at) => {
    const trunk = new Map<number, RowItem>();
    const ends = net.links.map((link) => (net.reversed ? link.from : link.to));
    const first = boxItems[net.upper];
    if (first === undefined) return trunk;
    trunk.set(first.row, first);
    const lastRow = Math.max(...ends.map(layerOf));
    const spineRow = Math.max(...net.links.map((link, index) => (link.spine ? layerOf(ends[index] ?? 0) : 0)));
    const laneRow = Math.max(first.row + 1, spineRow);
    const hasLane = lastRow - laneRow >= LANE_ROWS_MIN;
    for (let row = first.row + 1; row < lastRow; row += 1) {
      trunk.set(row, addItem(row, WAYPOINT_WIDTH, { net: at, lane: hasLane && row >= laneRow }));
    }
    const connect = (upper: RowItem | undefined, lower: RowItem | undefined, weight: number, spine: boolean): void => {
      if (upper === undefined || lower === undefined) return;
      const segment: Segment = { net: at, upper, lower, weight: spine ? WEIGHT.spine : weight, spine };
      upper.down.push(segment);
      lower.up.push(segment);
      if (!upper.lane && !lower.lane) {
        upper.nearDown.push(segment);
        lower.nearUp.push(segment);
      }
      segments.push(segment);
    };
    for (let row = first.row + 1; row < lastRow; row += 1) {
      const weight = row === first.row + 1 ? WEIGHT.required : WEIGHT.trunk;
      connect(trunk.get(row - 1), trunk.get(row), weight, row < spineRow);
    }
    net.links.forEach((link, index) => {
      const end = boxItems[ends[index] ?? -1];
      const weight = link.batch ? WEIGHT.batch : link.optional ? WEIGHT.optional : WEIGHT.required;
      connect(end && trunk.get(end.row - 1), end, weight, link.spine);
    });
    const items = [...trunk.values()].filter((item) => item.lane);
    if (items.length > 0) {
      const around = [
        ...items.flatMap((item) => item.up.map(({ upper }) => upper)),
        ...items.flatMap((item) => item.down.map(({ lower }) => lower)),
      ];
      lanes.push({ items, ends: around.filter((item) => !item.lane) });
    }
    return trunk;
  });
  return { rows, boxItems, nets, segments, trunks, lanes };
}

function netsOf(sketch: Sketch, layers: readonly number[]): readonly Net[] {
  const nets = new Map<string, Net>();
  for (const link of sketch.links) {
    const fromLayer = layers[link.from] ?? 0;
    const toLayer = layers[link.to] ?? 0;
    // Within one row there is nothing to route; `route-lines` draws such a link beside the boxes.
    if (fromLayer === toLayer) continue;
    const reversed = fromLayer > toLayer;
    const upper = reversed ? link.to : link.from;
    const key = `${upper} ${reversed}`;
    const net = nets.get(key);
    if (net === undefined) nets.set(key, { upper, links: [link], reversed });
    else net.links.push(link);
  }
  return [...nets.values()];
}
