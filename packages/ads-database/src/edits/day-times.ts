import type { Random } from "@tenon/marketplace";

const HOUR_MS = 3_600_000;
/** Edits by hour of the UTC day, relative: offices of two continents, and programs that never sleep. */
const HOURS = [3, 2, 2, 2, 2, 3, 5, 8, 11, 13, 13, 12, 11, 13, 15, 15, 14, 12, 9, 8, 7, 6, 5, 4] as const;
/** A burst per this many edits: an agency's tool, or a sale that begins. */
const EDITS_PER_BURST = 150;
const BURST_EDITS_MIN = 10;
const BURST_EDITS_MAX = 40;
const BURST_MS_MAX = 30_000;

export interface EditTime {
  readonly atMs: number;
  /** Of a burst: edits of one number are about one campaign, and the first of them is about all of it. */
  readonly burst: { readonly number: number; readonly isFirst: boolean } | undefined;
}

/** Times of about `edits` edits of the day that begins at `startMs`, ascending. */
export function editTimes(random: Random, { startMs, edits }: { startMs: number; edits: number }): EditTime[] {
  const times: EditTime[] = [];
  const hours = runningSums(HOURS);
  const draw = () => Math.floor(startMs + (random.index(hours) + random.unit()) * HOUR_MS);
  const bursts = Math.round(edits / EDITS_PER_BURST);
  for (let number = 0; number < bursts; number++) {
    const begin = draw();
    times.push({ atMs: begin, burst: { number, isFirst: true } });
    const follow = BURST_EDITS_MIN + random.below(BURST_EDITS_MAX - BURST_EDITS_MIN + 1);
    for (let left = follow; left > 0; left--) {
      times.push({ atMs: begin + 1 + random.below(BURST_MS_MAX), burst: { number, isFirst: false } });
    }
  }
  while (times.length < edits) times.push({ atMs: draw(), burst: undefined });
  // A burst just before midnight ends with the day.
  const last = startMs + 24 * HOUR_MS - 1;
  return times
    .map((time) => ({ ...time, atMs: Math.min(time.atMs, last) }))
    .sort((left, right) => left.atMs - right.atMs);
}

function runningSums(weights: readonly number[]): number[] {
  let sum = 0;
  return weights.map((weight) => (sum += weight));
}
