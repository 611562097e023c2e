/**
 * Sets of small integers as words of 32 bits. Words are signed: V8 keeps loads of an `Int32Array` in integer registers, while a
 * `Uint32Array` load may leave the range of small integers.
 *
 * B1 Bits beyond the size of a set are never set, so that counting and iterating need no mask.
 */

/** Bits per word. */
export const WORD_BITS = 32;

/** Words that hold `size` bits. */
export function wordsFor(size: number): number {
  return (size + WORD_BITS - 1) >>> 5;
}

/** The set of all integers below `size`. */
export function fullBitset(size: number): Int32Array {
  const bits = new Int32Array(wordsFor(size)).fill(-1);
  const rest = size & 31;
  if (rest !== 0) bits[bits.length - 1] = (1 << rest) - 1;
  return bits;
}

export function setBit(bits: Int32Array, index: number): void {
  bits[index >>> 5] = (bits[index >>> 5] as number) | (1 << (index & 31));
}

export function clearBit(bits: Int32Array, index: number): void {
  bits[index >>> 5] = (bits[index >>> 5] as number) & ~(1 << (index & 31));
}

export function hasBit(bits: Int32Array, index: number): boolean {
  return ((bits[index >>> 5] as number) & (1 << (index & 31))) !== 0;
}

/** Ones in a word, by adding neighbours in parallel (Warren, Hacker's Delight, 5-1). */
export function onesOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** How many integers the set holds. */
export function countBits(bits: Int32Array): number {
  let count = 0;
  for (let word = 0; word < bits.length; word++) count += onesOf(bits[word] as number);
  return count;
}

/** Index of the lowest one of a word that is not 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
