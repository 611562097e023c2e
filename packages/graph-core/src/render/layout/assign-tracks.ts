/** Two places nearer than this look like one line. */
const NEAR = 6;
/** Above this many nets in one gap the order is by position alone: comparing all pairs would be too slow. */
const COMPARED_NETS_MAX = 150;
const OVERLAP_COST = 100;

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
export function assignTracks(nets: readonly GapNet[]): { readonly tracks: ReadonlyMap<number, number>; readonly count: number } {
  const bent = nets.filter(({ top, bottoms }) => bottoms.some((bottom) => bottom !== top));
  const ordered = bent.length > COMPARED_NETS_MAX ? [...bent].sort((left, right) => left.top - right.top) : orderNets(bent);
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

/** What it costs when `upper` runs above `lower`. */
function costAbove(upper: GapNet, lower: GapNet): number {
  let cost = 0;
  for (const bottom of upper.bottoms) {
    if (bottom > from(lower) && bottom < to(lower)) cost += 1;
    if (Math.abs(bottom - lower.top) < NEAR) cost += OVERLAP_COST;
  }
  if (lower.top > from(upper) && lower.top < to(upper)) cost += 1;
  return cost;
}

/** Takes, again and again, the net that gains most from standing above all that are left. */
function orderNets(nets: readonly GapNet[]): readonly GapNet[] {
  const gains = nets.map((net) =>
    nets.map((other) => (net === other || !meet(net, other) ? 0 : costAbove(other, net) - costAbove(net, other))),
  );
  const left = new Set(nets.keys());
  const ordered: GapNet[] = [];
  while (left.size > 0) {
    let best = -1;
    let bestGain = Number.NEGATIVE_INFINITY;
    for (const at of left) {
      let gain = 0;
      for (const other of left) gain += gains[at]?.[other] ?? 0;
      if (gain > bestGain) {
        best = at;
        bestGain = gain;
      }
    }
    left.delete(best);
    const net = nets[best];
    if (net !== undefined) ordered.push(net);
  }
  return ordered;
}
