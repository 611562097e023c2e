import type { RowItem, Rows, Segment } from "./rows.ts";
import { separate } from "./separate.ts";

/** Lines keep this far from a box's corners. */
const CORNER = 16;
/** Arrow heads of neighbouring lines just do not touch. */
const PORT_GAP = 13;
/** Heads of neighbouring arrows nearer than this lie on each other. */
const ARROW_GAP = 9;
/** A line that moves sideways by less than this looks like a mistake. */
const JOG = 12;
/** Lines nearer than this look like one. */
const CLEAR = 6;

/** Where lines leave and enter boxes, as `x` in pixels. */
export interface Ports {
  /** One place per net, whatever its number of readers. */
  readonly leave: (item: RowItem, net: number) => number;
  readonly enter: (segment: Segment) => number;
}

/** A line enters right below where it comes from if the box is wide enough; otherwise as near as the box allows. */
export function portsOf({ rows, boxItems, nets, segments }: Rows): Ports {
  const leaving = new Map<RowItem, Map<number, number>>();
  for (const item of boxItems) {
    const ids = [...new Set(item.down.map((segment) => segment.net))];
    const wishes = ids.map((net) => {
      const segments = item.down.filter((segment) => segment.net === net);
      return { wish: leaveWish(item, segments), weight: nets[net]?.reversed ? 0.1 : 1 };
    });
    const places = within(item, wishes);
    leaving.set(item, new Map(ids.map((net, at) => [net, places[at] ?? item.x])));
  }
  const leave = (item: RowItem, net: number): number =>
    item.box === -1 ? item.x : (leaving.get(item)?.get(net) ?? item.x);

  const tops = rows.map((): { readonly net: number; readonly x: number }[] => []);
  for (const { upper, net } of segments) tops[upper.row]?.push({ net, x: leave(upper, net) });
  const entering = new Map<Segment, number>();
  for (const item of boxItems) {
    const sources = item.up.map((segment) => ({ segment, from: leave(segment.upper, segment.net) }));
    sources.sort((left, right) => left.from - right.from || left.segment.upper.order - right.segment.upper.order);
    const places = within(
      item,
      sources.map(({ segment, from }) => ({ wish: from, weight: segment.weight })),
    );
    sources.forEach(({ segment, from }, at) => {
      places[at] = straight(places, at, from);
      const foreign = (tops[item.row - 1] ?? []).filter(({ net }) => net !== segment.net);
      places[at] = besides(
        places,
        at,
        foreign.map(({ x }) => x),
        item,
      );
      entering.set(segment, places[at]);
    });
  }
  return {
    leave,
    enter: (segment) => (segment.lower.box === -1 ? segment.lower.x : (entering.get(segment) ?? segment.lower.x)),
  };
}

/** The place itself, or the one right below where the line comes from if that is near and leaves room for the arrows. */
function straight(places: readonly number[], at: number, from: number): number {
  const own = places[at] ?? from;
  const left = places[at - 1] ?? Number.NEGATIVE_INFINITY;
  const right = places[at + 1] ?? Number.POSITIVE_INFINITY;
  return Math.abs(from - own) < JOG && from - left >= ARROW_GAP && right - from >= ARROW_GAP ? from : own;
}

/**
 * The place of a line's end, moved a little where the line of another net comes down right above it: the two would
 * look like one. Stays put where there is no room to move.
 */
function besides(places: readonly number[], at: number, foreign: readonly number[], item: RowItem): number {
  const own = places[at] ?? item.x;
  const from = Math.max(item.x - item.width / 2 + CORNER / 2, (places[at - 1] ?? Number.NEGATIVE_INFINITY) + CLEAR);
  const to = Math.min(item.x + item.width / 2 - CORNER / 2, (places[at + 1] ?? Number.POSITIVE_INFINITY) - CLEAR);
  const free = (x: number): boolean => foreign.every((top) => Math.abs(top - x) >= CLEAR);
  if (free(own)) return own;
  const candidates = foreign
    .filter((top) => Math.abs(top - own) < CLEAR)
    .flatMap((top) => [top - CLEAR, top + CLEAR])
    .sort((left, right) => Math.abs(left - own) - Math.abs(right - own));
  return candidates.find((x) => x >= from && x <= to && free(x)) ?? own;
}

/** In the middle, unless one reader is right below or a trunk begins so near that the line would jog. */
function leaveWish(item: RowItem, segments: readonly Segment[]): number {
  const inside = item.width / 2 - CORNER;
  const trunk = segments.find(({ lower }) => lower.box === -1 && Math.abs(lower.x - item.x) <= Math.min(inside, JOG));
  if (trunk !== undefined) return trunk.lower.x;
  const only = segments.length === 1 ? segments[0]?.lower : undefined;
  if (only === undefined) return item.x;
  return only.box !== -1 && Math.abs(item.x - only.x) <= only.width / 2 - CORNER ? item.x : only.x;
}

/** Places on one side of a box: as near to the wishes as gaps and corners allow, whole pixels. */
function within(item: RowItem, wishes: readonly { readonly wish: number; readonly weight: number }[]): number[] {
  const from = item.x - item.width / 2 + CORNER;
  const to = item.x + item.width / 2 - CORNER;
  const gap = Math.min(PORT_GAP, wishes.length > 1 ? (to - from) / (wishes.length - 1) : PORT_GAP);
  const inside = wishes.map(({ wish, weight }) => ({ wish: Math.min(to, Math.max(from, wish)), weight }));
  const places = separate(inside, new Array<number>(Math.max(0, wishes.length - 1)).fill(gap));
  return places.map((place, at) => {
    const least = from + at * gap;
    const most = to - (places.length - 1 - at) * gap;
    return Math.round(Math.min(most, Math.max(least, place)));
  });
}
