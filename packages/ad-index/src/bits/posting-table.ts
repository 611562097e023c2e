/**
 * Sets of rows by number, each in the form that is cheaper to combine: words when dense, a list when sparse.
 * Sparse sets are the long tail (20,000 keywords with a handful of ads each), where words would cost memory and time per bit.
 */

import type { SectionReader } from "../files/section-reader.ts";
import { prefixed, type Sections } from "../files/sections.ts";
import { clearBit, setBit } from "./bitset.ts";
import { subtractWords, uniteWords } from "./combine.ts";
import { type Lists, listOf } from "./list-builder.ts";

/** Marks a sparse set. */
const SPARSE = -1;

export class PostingTable {
  /** Set n, if sparse, is `members` from `starts[n]` to `starts[n + 1]`; of a dense set nothing stands there. */
  private readonly starts: Int32Array;
  private readonly members: Int32Array;
  /** Place of set n in `words`, or -1. */
  private readonly denseAt: Int32Array;
  private readonly words: readonly Int32Array[];

  private constructor(starts: Int32Array, members: Int32Array, denseAt: Int32Array, words: readonly Int32Array[]) {
    this.starts = starts;
    this.members = members;
    this.denseAt = denseAt;
    this.words = words;
  }

  /** `dense`: the words of the sets that are to be dense, by number. */
  static of(lists: Lists, dense: ReadonlyMap<number, Int32Array>): PostingTable {
    const count = lists.starts.length - 1;
    const starts = new Int32Array(count + 1);
    const denseAt = new Int32Array(count).fill(SPARSE);
    const members = new Int32Array(lists.members.length);
    const words: Int32Array[] = [];
    let size = 0;
    for (let set = 0; set < count; set++) {
      const bits = dense.get(set);
      if (bits === undefined) {
        const list = listOf(lists, set);
        members.set(list, size);
        size += list.length;
      } else {
        denseAt[set] = words.length;
        words.push(bits);
      }
      starts[set + 1] = size;
    }
    return new PostingTable(starts, members.slice(0, size), denseAt, words);
  }

  /** The words of a set, or undefined if it is sparse. */
  wordsOf(set: number): Int32Array | undefined {
    return this.words[this.denseAt[set] as number];
  }

  /** target := target ∪ set */
  uniteInto(target: Int32Array, set: number): void {
    const words = this.wordsOf(set);
    if (words !== undefined) uniteWords(target, words);
    else setBits(target, this.members, this.starts[set] as number, this.starts[set + 1] as number);
  }

  /** target := target \ set */
  subtractFrom(target: Int32Array, set: number): void {
    const words = this.wordsOf(set);
    if (words !== undefined) subtractWords(target, words);
    else clearBits(target, this.members, this.starts[set] as number, this.starts[set + 1] as number);
  }

  toSections(prefix: string): Sections {
    const wordCount = this.words[0]?.length ?? 0;
    const words = new Int32Array(this.words.length * wordCount);
    for (const [place, bits] of this.words.entries()) words.set(bits, place * wordCount);
    const { starts, members, denseAt } = this;
    return prefixed(prefix, { starts, members, denseAt, words });
  }

  /** `sets`: how many; `wordCount`: words of a dense one. Throws TENON1420 and TENON1421. */
  static fromSections(reader: SectionReader, { sets, wordCount }: { sets: number; wordCount: number }): PostingTable {
    const members = reader.int32("members");
    const starts = reader.starts("starts", { count: sets, end: members.length });
    const denseAt = reader.int32("denseAt", sets);
    const denseCount = denseAt.reduce((count, place) => count + Number(place !== SPARSE), 0);
    const words = reader.int32("words", denseCount * wordCount);
    const views = Array.from({ length: denseCount }, (_, place) =>
      words.subarray(place * wordCount, (place + 1) * wordCount),
    );
    return new PostingTable(starts, members, denseAt, views);
  }
}

function setBits(target: Int32Array, members: Int32Array, from: number, to: number): void {
  for (let at = from; at < to; at++) setBit(target, members[at] as number);
}

function clearBits(target: Int32Array, members: Int32Array, from: number, to: number): void {
  for (let at = from; at < to; at++) clearBit(target, members[at] as number);
}
