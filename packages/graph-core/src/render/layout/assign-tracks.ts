/** Two places nearer than this look like one line. */
const NEAR = 6;
/** Above this many nets in one gap the order is by position alone: comparing all pairs would be too slow. */
const COMPARED_NETS_MAX = 150;

/** One net between two rows: it comes down at `top`, runs along its track, and goes down at each of `bottoms`. */
export interface GapNet {
  readonly net: number;
  readonly top: number;
  readonly bottoms: readonly number[];
}

/**
 * The horizontal track of each net in one gap, 0 uppermost; `undefined` for a net that goes straight down. Nets whose
 * horizontal parts meet get different tracks, ordered so that few lines cross and no two vertical parts lie on each other.
 */
export function assignTracks(nets: readonly GapNet[]): {
  readonly tracks: ReadonlyMap<number, number>;
  readonly count: number;
} {
  const bent = nets.filter(({ top, bottoms }) => bottoms.some((bottom) => bottom !== top));
  const ordered =
    bent.length > COMPARED_NETS_MAX ? [...bent].sort((left, right) => left.top - right.top) : orderNets(bent);
  const tracks = new Map<number, number>();
  let count = 0;
  ordered.forEach((net, at) => {
    let track = 0;
    for (const earlier of ordered.slice(0, at)) {
      if (meet(earlier, net)) track = Math.max(track, (tracks.get(earlier.net) ?? 0) + 1);
    }
    tracks.set(net.net, track);
    count = Math.max(count, track + 1);
  });
  return { tracks, count };
}

const from = ({ top, bottoms }: GapNet): number => Math.min(top, ...bottoms);
const to = ({ top, bottoms }: GapNet): number => Math.max(top, ...bottoms);

function meet(left: GapNet, right: GapNet): boolean {
  return from(left) < to(right) + NEAR && from(right) < to(left) + NEAR;
}

/** Lines that cross when `upper` runs above `lower`. */
function crossings(upper: GapNet, lower: GapNet): number {
  const below = upper.bottoms.filter((bottom) => bottom > from(lower) && bottom < to(lower)).length;
  return below + (lower.top > from(upper) && lower.top < to(upper) ? 1 : 0);
}

/** Whether a vertical part of each would lie on the other's when `upper` runs above `lower`. */
function collide(upper: GapNet, lower: GapNet): boolean {
  return upper.bottoms.some((bottom) => Math.abs(bottom - lower.top) < NEAR);
}

/**
 * From top to bottom: takes, again and again, the net that saves most crossings by standing above all that are left,
 * among those that collide with none of them if there are any.
 */
function orderNets(nets: readonly GapNet[]): readonly GapNet[] {
  const pairs = nets.map((net) =>
    nets.map((other) => {
      if (net === other || !meet(net, other)) return { gain: 0, collides: false };
      return { gain: crossings(other, net) - crossings(net, other), collides: collide(net, other) };
    }),
  );
  const left = new Set(nets.keys());
  const ordered: GapNet[] = [];
  while (left.size > 0) {
    let best = { at: -1, collisions: Number.POSITIVE_INFINITY, gain: Number.NEGATIVE_INFINITY };
    for (const at of left) {
      let gain = 0;
      let collisions = 0;
      for (const other of left) {
        gain += pairs[at]?.[other]?.gain ?? 0;
        if (pairs[at]?.[other]?.collides === true) collisions += 1;
      }
      if (collisions < best.collisions || (collisions === best.collisions && gain > best.gain))
        best = { at, collisions, gain };
    }
    left.delete(best.at);
    const net = nets[best.at];
    if (net !== undefined) ordered.push(net);
  }
  return ordered;
}
