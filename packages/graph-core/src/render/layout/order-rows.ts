import type { RowItem, Rows, Segment } from "./rows.ts";

/** Sweeps of each start; the best order seen is kept, so more of them can only help. */
const SWEEPS_MAX = 24;
/** Above this many items the neighbour exchange, which is quadratic in a row, is left out. */
const EXCHANGE_ITEMS_MAX = 2_000;

/**
 * Orders the items of each row so that few lines cross: weighted barycentre sweeps up and down (Sugiyama, Tagawa and
 * Toda 1981), each followed by exchanges of neighbours (Gansner, Koutsofios, North and Vo 1993). Deterministic.
 * Sets `order` of every item that is not in a lane; gives the number of crossings left among these.
 */
export function orderRows({ rows }: Rows): number {
  let best: { readonly crossings: number; readonly orders: readonly (readonly RowItem[])[] } | undefined;
  const items = rows.reduce((sum, row) => sum + row.length, 0);
  for (const start of [rows.map((row) => [...row]), walkOrder(rows)]) {
    let current = start;
    number(current);
    for (let sweep = 0; sweep <= SWEEPS_MAX; sweep += 1) {
      const crossings = countCrossings(current);
      if (best === undefined || crossings < best.crossings) {
        best = { crossings, orders: current.map((row) => [...row]) };
      }
      if (best.crossings === 0 || sweep === SWEEPS_MAX) break;
      current = sweepOnce(current, sweep % 2 === 0);
      if (items <= EXCHANGE_ITEMS_MAX) exchangeNeighbours(current);
    }
  }
  number(best?.orders ?? []);
  return best?.crossings ?? 0;
}

function number(rows: readonly (readonly RowItem[])[]): void {
  for (const row of rows) for (const [order, item] of row.entries()) item.order = order;
}

/** Items in the order a walk from the top meets them: connected parts start side by side. */
function walkOrder(rows: readonly (readonly RowItem[])[]): RowItem[][] {
  const ordered: RowItem[][] = rows.map(() => []);
  const seen = new Set<RowItem>();
  for (const start of rows.flat()) {
    const stack = [start];
    for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
      if (seen.has(item)) continue;
      seen.add(item);
      ordered[item.row]?.push(item);
      for (const segment of [...item.nearDown].reverse()) stack.push(segment.lower);
    }
  }
  return ordered;
}

function sweepOnce(rows: readonly (readonly RowItem[])[], down: boolean): RowItem[][] {
  const swept = rows.map((row) => [...row]);
  for (const row of down ? swept : [...swept].reverse()) {
    const centres = new Map(row.map((item) => [item, barycentre(item, down)]));
    // A stable sort: items without neighbours on that side keep their place by taking their own order as centre.
    row.sort((left, right) => (centres.get(left) ?? 0) - (centres.get(right) ?? 0));
    for (const [order, item] of row.entries()) item.order = order;
  }
  return swept;
}

function barycentre(item: RowItem, down: boolean): number {
  const segments = down ? item.nearUp : item.nearDown;
  if (segments.length === 0) return item.order;
  let sum = 0;
  let weights = 0;
  for (const segment of segments) {
    sum += segment.weight * (down ? segment.upper : segment.lower).order;
    weights += segment.weight;
  }
  return sum / weights;
}

function exchangeNeighbours(rows: readonly RowItem[][]): void {
  for (const row of rows) {
    for (let at = 0; at + 1 < row.length; at += 1) {
      const left = row[at];
      const right = row[at + 1];
      if (left === undefined || right === undefined) continue;
      const asIs =
        crossingsOf(left.nearUp, right.nearUp, "upper") + crossingsOf(left.nearDown, right.nearDown, "lower");
      const exchanged =
        crossingsOf(right.nearUp, left.nearUp, "upper") + crossingsOf(right.nearDown, left.nearDown, "lower");
      if (exchanged >= asIs) continue;
      row[at] = right;
      row[at + 1] = left;
      right.order = at;
      left.order = at + 1;
    }
  }
}

/** Crossings between the segments of two items when the first stands left. Segments of one net never cross. */
function crossingsOf(left: readonly Segment[], right: readonly Segment[], end: "upper" | "lower"): number {
  let crossings = 0;
  for (const first of left) {
    for (const second of right) if (first[end].order > second[end].order && first.net !== second.net) crossings += 1;
  }
  return crossings;
}

function countCrossings(rows: readonly (readonly RowItem[])[]): number {
  let crossings = 0;
  for (const row of rows) {
    const width = 1 + Math.max(0, ...row.flatMap((item) => item.nearDown.map((segment) => segment.lower.order)));
    const tree = new Uint32Array(width + 1);
    let seen = 0;
    for (const item of row) {
      for (const { lower } of item.nearDown) {
        let smallerOrEqual = 0;
        for (let at = lower.order + 1; at > 0; at -= at & -at) smallerOrEqual += tree[at] ?? 0;
        crossings += seen - smallerOrEqual;
      }
      for (const { lower } of item.nearDown) {
        for (let at = lower.order + 1; at <= width; at += at & -at) tree[at] = (tree[at] ?? 0) + 1;
        seen += 1;
      }
    }
  }
  return crossings;
}
