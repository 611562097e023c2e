/**
 * A set of conjunctions in the form that is cheaper to combine: words when dense, a list when sparse.
 * Sparse sets are the long tail (20,000 keywords with a handful of ads each), where words would cost memory and time per bit.
 */
import { clearBit, setBit, wordsFor } from "./bitset.ts";

export interface PostingSet {
  /** One bit per conjunction; absent for a sparse set. */
  readonly words: Int32Array | undefined;
  /** Its members; empty for a dense set. */
  readonly list: Int32Array;
}

const NONE = new Int32Array(0);

/** A list entry costs about as much as this many words: it jumps in memory, words are read in sequence. */
const WORDS_PER_ENTRY = 2;

/** `members`: each below `size`. */
export function postingSet(members: readonly number[], size: number): PostingSet {
  if (members.length * WORDS_PER_ENTRY < wordsFor(size)) return { words: undefined, list: Int32Array.from(members) };
  const words = new Int32Array(wordsFor(size));
  for (const member of members) setBit(words, member);
  return { words, list: NONE };
}

/** target := target ∪ set */
export function unite(target: Int32Array, set: PostingSet): void {
  const { words, list } = set;
  if (words === undefined) for (let entry = 0; entry < list.length; entry++) setBit(target, list[entry] as number);
  else uniteWords(target, words);
}

/** target := target ∪ other */
export function uniteWords(target: Int32Array, other: Int32Array): void {
  for (let word = 0; word < other.length; word++) target[word] = (target[word] as number) | (other[word] as number);
}

/** target := target \ set */
export function subtract(target: Int32Array, set: PostingSet): void {
  const { words, list } = set;
  if (words === undefined) for (let entry = 0; entry < list.length; entry++) clearBit(target, list[entry] as number);
  else
    for (let word = 0; word < words.length; word++) target[word] = (target[word] as number) & ~(words[word] as number);
}

/** target := target ∩ other */
export function intersect(target: Int32Array, other: Int32Array): void {
  for (let word = 0; word < other.length; word++) target[word] = (target[word] as number) & (other[word] as number);
}
