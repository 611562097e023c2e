import type { Lane, RowItem, Rows } from "./rows.ts";

/** From the outermost box or label of a row to the first lane, and from lane to lane, in pixels. */
const GAP = { toBox: 22, toLane: 13 } as const;
/** Room for the names of slots to the right of a line; longer names are cut where a lane passes. */
const LABEL_WIDTH = 96;

/**
 * Gives every lane its `x`, left or right of all boxes in its rows, whichever is nearer to what it joins. Short lanes
 * first: they lie inside, long ones around them, so that lanes of one side cross as little as can be.
 */
export function packLanes({ rows, lanes }: Rows): void {
  const left = rows.map((row) => Math.min(...row.map((item) => item.x - item.width / 2)) - GAP.toBox);
  const right = rows.map((row) => Math.max(...row.map(rightEnd)) + GAP.toBox);
  const byLength = [...lanes].sort((one, other) => one.items.length - other.items.length);
  for (const lane of byLength) {
    const own = lane.items.map((item) => item.row);
    const leftX = Math.min(...own.map((row) => left[row] ?? 0));
    const rightX = Math.max(...own.map((row) => right[row] ?? 0));
    const onLeft = distance(lane, leftX) < distance(lane, rightX);
    for (const item of lane.items) {
      item.x = onLeft ? leftX : rightX;
      if (onLeft) left[item.row] = leftX - GAP.toLane;
      else right[item.row] = rightX + GAP.toLane;
    }
  }
}

function rightEnd(item: RowItem): number {
  return item.x + (item.box === -1 ? item.width / 2 : Math.max(item.width / 2, LABEL_WIDTH));
}

function distance(lane: Lane, x: number): number {
  return lane.ends.reduce((sum, end) => sum + Math.abs(end.x - x), 0);
}
