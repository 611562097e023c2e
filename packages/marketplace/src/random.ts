/**
 * Repeatable random numbers: xoshiro128** 1.1 by David Blackman and Sebastiano Vigna (prng.di.unimi.it, public domain), seeded
 * through SplitMix32 as its authors advise. 32-bit integer arithmetic only, so every engine gives the same numbers.
 *
 * Streams, not one sequence: whatever is generated for row 17 depends on the seed, the stream's name and 17 alone. Generating fewer
 * rows, or adding a draw to another table, changes nothing else.
 */

export interface Random {
  /** Next 32 bits, 0 … 2^32-1. */
  bits(): number;
  /** Uniform in [0, 1), 32 bits of resolution. */
  unit(): number;
  /** Uniform integer, 0 … `bound`-1; the bias of at most bound / 2^32 is accepted. */
  below(bound: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** Standard normal, by Box and Muller. */
  normal(): number;
  /** One element; every one is equally likely. */
  pick<Value>(values: readonly [Value, ...Value[]]): Value;
  /** An index, with probability proportional to its weight. `cumulative` holds running sums, ascending. */
  index(cumulative: ArrayLike<number>): number;
}

/** 2^-32: turns 32 bits into a fraction. */
const UNIT = 2 ** -32;

/** The stream `name` of `seed`, at `row`. Seeds and rows are used modulo 2^32. */
export function randomStream(seed: number, name: string, row = 0): Random {
  let mixed = (seed ^ hashText(name) ^ Math.imul(row, 0x9e3779b1)) >>> 0;
  const next = () => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let bits = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return (bits ^ (bits >>> 15)) >>> 0;
  };
  return xoshiro(next(), next(), next(), next());
}

/** The generator itself, from its state: four words of 32 bits, not all zero. */
export function xoshiro(first: number, second: number, third: number, fourth: number): Random {
  let [s0, s1, s2, s3] = [first, second, third, fourth];
  const bits = () => {
    const scrambled = Math.imul(rotate(Math.imul(s1, 5), 7), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotate(s3, 11);
    return scrambled;
  };
  const unit = () => bits() * UNIT;
  const below = (bound: number) => Math.floor(unit() * bound);
  return {
    bits,
    unit,
    below,
    chance: (probability) => unit() < probability,
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    pick: (values) => values[below(values.length)] ?? values[0],
    index: (cumulative) => firstAbove(cumulative, unit() * (cumulative[cumulative.length - 1] ?? 0)),
  };
}

/** Row of the first running sum above `value`. */
function firstAbove(cumulative: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cumulative[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Running sums of `weights`, for `Random.index`. */
export function cumulativeWeights(weights: readonly number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(weights, (weight) => (sum += weight));
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** FNV-1a, 32 bits: stream names are few and short, so that its weak mixing does not matter; SplitMix follows. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
