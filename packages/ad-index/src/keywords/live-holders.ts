/** How many live ads hold a word, exactly (K1), without reading the word's postings for each query. */

import { hasBit, lowestBit, WORD_BITS } from "../bits/bitset.ts";
import type { KeywordIndex } from "./keyword-index.ts";

/** Words whose holders are remembered per set of live rows. 4,096 numbers are 200 KB; full, all are forgotten. */
const WORDS_REMEMBERED_MAX = 4_096;

export class LiveHolders {
  readonly keywords: KeywordIndex;
  private readonly live: Int32Array;
  /** Rows that hold words and are not live, ascending. */
  private readonly dead: Int32Array;
  private readonly counted = new Map<number, number>();

  /** `live`: one bit per row; does not change any more. */
  constructor(keywords: KeywordIndex, live: Int32Array) {
    this.keywords = keywords;
    this.live = live;
    const dead: number[] = [];
    for (let index = 0; index < live.length; index++) {
      for (let word = ~(live[index] as number); word !== 0; word &= word - 1) {
        const row = index * WORD_BITS + lowestBit(word);
        if ((keywords.lengths[row] ?? 0) > 0) dead.push(row);
      }
    }
    this.dead = Int32Array.from(dead);
  }

  of(number: number): number {
    const holders = this.keywords.holdersOf(number);
    if (holders === 0 || this.dead.length === 0) return holders;
    const known = this.counted.get(number);
    if (known !== undefined) return known;
    // A search per dead row, or a look at every posting: whichever touches less.
    const searched = this.dead.length * Math.log2(holders + 1);
    const count = searched < holders ? holders - this.deadHolders(number) : this.liveHolders(number);
    if (this.counted.size >= WORDS_REMEMBERED_MAX) this.counted.clear();
    this.counted.set(number, count);
    return count;
  }

  private deadHolders(number: number): number {
    const { starts, rows } = this.keywords.postings;
    const end = starts[number + 1] as number;
    let from = starts[number] as number;
    let count = 0;
    for (const row of this.dead) {
      from = firstNotBelow(rows, row, from, end);
      if (from < end && rows[from] === row) count++;
    }
    return count;
  }

  private liveHolders(number: number): number {
    const { starts, rows } = this.keywords.postings;
    let count = 0;
    for (let entry = starts[number] as number; entry < (starts[number + 1] as number); entry++) {
      if (hasBit(this.live, rows[entry] as number)) count++;
    }
    return count;
  }
}

/** First place from `from` to `end` whose row is not below `row`; `end` if there is none. `rows` ascend between them. */
export function firstNotBelow(rows: Int32Array, row: number, from: number, end: number): number {
  let low = from;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] as number) < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
