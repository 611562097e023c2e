import { packLanes } from "./pack-lanes.ts";
import type { RowItem, Rows, Segment } from "./rows.ts";
import { separate } from "./separate.ts";

const SWEEPS = 24;
const GAP = { boxes: 30, boxAndTrunk: 16, trunks: 4 } as const;
/** Far above the weights of all lines of a row together. */
const PIN_WEIGHT = 1e5;

/**
 * Gives every item its `x`: neighbours in a row never overlap, and lines are as vertical as that allows, the way of the
 * candidates before all others. Whole pixels, the leftmost edge at 0.
 */
export function placeColumns(placed: Rows): void {
  const rows = placed.rows.map((row) => [...row].sort((left, right) => left.order - right.order));
  for (const row of rows) settle(row, () => []);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) settle(row, (item) => (down ? item.nearUp : item.nearDown));
  }
  const spine = longestSpine(placed);
  if (spine.length > 0) {
    const middle = [...spine].sort((left, right) => left.x - right.x)[spine.length >> 1]?.x ?? 0;
    const pinned = new Map(spine.map((item) => [item, middle]));
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
      const down = sweep % 2 === 0;
      for (const row of down ? rows : [...rows].reverse())
        settle(row, (item) => (down ? item.nearUp : item.nearDown), pinned);
    }
    for (const row of rows) settle(row, (item) => [...item.nearUp, ...item.nearDown], pinned);
  }
  packLanes(placed);
  wholePixels([...rows.flat(), ...placed.lanes.flatMap((lane) => lane.items)]);
}

function gapBetween(left: RowItem, right: RowItem): number {
  const trunks = (left.box === -1 ? 1 : 0) + (right.box === -1 ? 1 : 0);
  const gap = trunks === 0 ? GAP.boxes : trunks === 1 ? GAP.boxAndTrunk : GAP.trunks;
  return left.width / 2 + gap + right.width / 2;
}

function gapsOf(row: readonly RowItem[]): number[] {
  return row.slice(1).map((item, at) => gapBetween(row[at] as RowItem, item));
}

/** Moves a row to the weighted mean of its neighbours; an item without any stays where it is, lightly. */
function settle(
  row: readonly RowItem[],
  neighbours: (item: RowItem) => readonly Segment[],
  pinned?: ReadonlyMap<RowItem, number>,
): void {
  const wishes = row.map((item) => {
    const pin = pinned?.get(item);
    if (pin !== undefined) return { wish: pin, weight: PIN_WEIGHT };
    const segments = neighbours(item);
    if (segments.length === 0) return { wish: item.x, weight: 0.1 };
    let sum = 0;
    let weight = 0;
    for (const segment of segments) {
      sum += segment.weight * (segment.upper === item ? segment.lower : segment.upper).x;
      weight += segment.weight;
    }
    return { wish: sum / weight, weight };
  });
  separate(wishes, gapsOf(row)).forEach((x, at) => {
    const item = row[at];
    if (item !== undefined) item.x = x;
  });
}

/** The longest way of candidates through filters, boxes and trunks alike, from the top. */
function longestSpine({ segments }: Rows): readonly RowItem[] {
  const next = new Map<RowItem, RowItem>();
  const taken = new Set<RowItem>();
  for (const { upper, lower } of segments.filter(({ spine }) => spine)) {
    if (next.has(upper) || taken.has(lower)) continue;
    next.set(upper, lower);
    taken.add(lower);
  }
  let longest: RowItem[] = [];
  for (const first of next.keys()) {
    if (taken.has(first)) continue;
    const spine: RowItem[] = [];
    for (let item: RowItem | undefined = first; item !== undefined; item = next.get(item)) spine.push(item);
    if (spine.length > longest.length) longest = spine;
  }
  return longest;
}

/** Rounding each place to a multiple of the same grid keeps equal places equal; widths are even, so gaps stay whole. */
function wholePixels(items: readonly RowItem[]): void {
  const leftmost = Math.min(...items.map((item) => item.x - item.width / 2));
  for (const item of items) item.x = Math.round(item.x - leftmost);
}
