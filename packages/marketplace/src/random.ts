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
  return new Xoshiro(next(), next(), next(), next());
}

/** The generator itself, from its state: four words of 32 bits, not all zero. A class, since streams are made by the 100,000. */
export class Xoshiro implements Random {
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;

  constructor(first: number, second: number, third: number, fourth: number) {
    this.#s0 = first;
    this.#s1 = second;
    this.#s2 = third;
    this.#s3 = fourth;
  }

  bits(): number {
    const scrambled = Math.imul(rotate(Math.imul(this.#s1, 5), 7), 9) >>> 0;
    const shifted = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= shifted;
    this.#s3 = rotate(this.#s3, 11);
    return scrambled;
  }

  unit(): number {
    return this.bits() * UNIT;
  }

  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }

  pick<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[this.below(values.length)] ?? values[0];
  }

  index(cumulative: ArrayLike<number>): number {
    return firstAbove(cumulative, this.unit() * (cumulative[cumulative.length - 1] ?? 0));
  }
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
