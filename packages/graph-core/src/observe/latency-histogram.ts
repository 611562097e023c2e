/**
 * Counts of durations in log-linear buckets: exact below 16 µs, then 8 equal buckets per power of two, the layout of
 * HdrHistogram (Tene 2012) with 3 significant bits. A duration is off by at most 1/16 of itself (6.25 %), or by 1 µs below
 * 16 µs. Fixed size: {@link BUCKETS} counters, whatever is recorded.
 */

const EXACT = 16;
const PER_OCTAVE_BITS = 3;
const PER_OCTAVE = 1 << PER_OCTAVE_BITS;
const FIRST_OCTAVE = Math.log2(EXACT);
/** Longer durations are counted as this one, 2^27 µs or 134 s: no request lives that long. */
const OCTAVE_MAX = 27;
const BUCKETS = EXACT + (OCTAVE_MAX - FIRST_OCTAVE) * PER_OCTAVE;

export class LatencyHistogram {
  #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  get count(): number {
    return this.#count;
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  /** The longest duration, exactly. */
  get maxMs(): number {
    return this.#maxMs;
  }

  /** Counts one duration. A negative one, which only a clock set back can give, counts as 0. */
  record(durationMs: number): void {
    const ms = durationMs > 0 ? durationMs : 0;
    const bucket = bucketOf(ms * 1_000);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count += 1;
    this.#sumMs += ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /** The middle of the bucket that holds the quantile `q` (0 to 1), in milliseconds; 0 when nothing was recorded. */
  quantile(q: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.max(1, Math.ceil(q * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      seen += this.#counts[bucket] ?? 0;
      if (seen >= rank) return Math.min(this.#maxMs, (lowerMicros(bucket) + upperMicros(bucket)) / 2_000);
    }
    return this.#maxMs;
  }

  /**
   * How many durations were at most each bound. Bounds are milliseconds, ascending, and edges of buckets (see
   * {@link octaveBoundsMs}); the counts are then exact.
   */
  countsAtMost(boundsMs: readonly number[]): readonly number[] {
    let bucket = 0;
    let seen = 0;
    return boundsMs.map((bound) => {
      for (; bucket < BUCKETS && upperMicros(bucket) <= Math.round(bound * 1_000); bucket += 1)
        seen += this.#counts[bucket] ?? 0;
      return seen;
    });
  }

  add(other: LatencyHistogram): void {
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + (other.#counts[bucket] ?? 0);
    }
    this.#count += other.#count;
    this.#sumMs += other.#sumMs;
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
  }
}

/** Buckets are open below and closed above, as bounds of a scraped histogram are: (lower, upper]. */
function bucketOf(micros: number): number {
  const whole = Math.max(0, Math.ceil(Math.min(micros, 2 ** OCTAVE_MAX)) - 1);
  if (whole < EXACT) return whole;
  const octave = 31 - Math.clz32(whole);
  return EXACT + (octave - FIRST_OCTAVE) * PER_OCTAVE + ((whole >>> (octave - PER_OCTAVE_BITS)) - PER_OCTAVE);
}

function lowerMicros(bucket: number): number {
  if (bucket < EXACT) return bucket;
  const octave = FIRST_OCTAVE + Math.floor((bucket - EXACT) / PER_OCTAVE);
  return 2 ** octave + ((bucket - EXACT) % PER_OCTAVE) * 2 ** (octave - PER_OCTAVE_BITS);
}

function upperMicros(bucket: number): number {
  return bucket + 1 < BUCKETS ? lowerMicros(bucket + 1) : 2 ** OCTAVE_MAX;
}

/** Bounds from 64 µs to 2.1 s, two per power of two, on edges of buckets: what a scrape shows of a histogram. */
export function octaveBoundsMs(): readonly number[] {
  const bounds: number[] = [];
  for (let octave = 6; octave <= 21; octave += 1) bounds.push(2 ** octave / 1_000, (1.5 * 2 ** octave) / 1_000);
  return bounds.slice(0, -1);
}
