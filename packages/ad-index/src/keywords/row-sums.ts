/** Sums per row of one search: the innermost loops of keyword search. */

import { hasBit } from "../bits/bitset.ts";
import type { KeywordIndex } from "./keyword-index.ts";
import { contribution, lengthPenalty, scoreOf } from "./keyword-scoring.ts";
import { kthLargest } from "./kth-largest.ts";

/** Lengths whose penalty is kept; longer ads are rare, and theirs is computed. */
const LENGTHS_KEPT = 512;

/** Room for one search at a time: searches share it, because they are synchronous and never overlap. */
export class ScoreBoard {
  /** All 0 between searches. */
  sums = new Float64Array(0);
  touched = new Int32Array(0);
  selected = new Float64Array(0);
  readonly penalties = new Float64Array(LENGTHS_KEPT);
  lengthMean = Number.NaN;

  prepare(size: number, lengthMean: number): void {
    if (this.sums.length < size) {
      this.sums = new Float64Array(size);
      this.touched = new Int32Array(size);
      this.selected = new Float64Array(size);
    }
    if (lengthMean === this.lengthMean) return;
    this.lengthMean = lengthMean;
    for (let length = 0; length < LENGTHS_KEPT; length++) this.penalties[length] = lengthPenalty(length, lengthMean);
  }
}

export class RowSums {
  /** Rows with a sum above 0. */
  count = 0;
  private readonly keywords: KeywordIndex;
  private readonly found: Int32Array;
  private readonly board: ScoreBoard;

  /** `found`: rows that may be found, one bit per row. */
  constructor(keywords: KeywordIndex, found: Int32Array, board: ScoreBoard) {
    this.keywords = keywords;
    this.found = found;
    this.board = board;
  }

  /** Adds postings `from` to `to` of a word of this weight. */
  add(weight: number, from: number, to: number): void {
    const { rows, frequencies } = this.keywords.postings;
    const { lengths } = this.keywords;
    const { found, board } = this;
    const { sums, touched, penalties, lengthMean } = board;
    let { count } = this;
    for (let entry = from; entry < to; entry++) {
      const row = rows[entry] as number;
      if (!hasBit(found, row)) continue;
      const sum = sums[row] as number;
      // Every word adds more than 0, so a sum of 0 is a row met for the first time.
      if (sum === 0) touched[count++] = row;
      const length = lengths[row] as number;
      const penalty = length < LENGTHS_KEPT ? (penalties[length] as number) : lengthPenalty(length, lengthMean);
      sums[row] = sum + contribution(weight, frequencies[entry] as number, penalty);
    }
    this.count = count;
  }

  /** The same for rows that have a sum already; the others stay without. */
  addToTouched(weight: number, from: number, to: number): void {
    const { rows, frequencies } = this.keywords.postings;
    const { lengths } = this.keywords;
    const { sums, lengthMean } = this.board;
    for (let entry = from; entry < to; entry++) {
      const row = rows[entry] as number;
      const sum = sums[row] as number;
      if (sum === 0) continue;
      const penalty = lengthPenalty(lengths[row] as number, lengthMean);
      sums[row] = sum + contribution(weight, frequencies[entry] as number, penalty);
    }
  }

  /** The score that `limit` rows reach already; minus infinity while there are fewer rows. */
  reached(limit: number): number {
    if (this.count < limit) return Number.NEGATIVE_INFINITY;
    const { sums, touched, selected } = this.board;
    for (let place = 0; place < this.count; place++) selected[place] = sums[touched[place] as number] as number;
    return scoreOf(kthLargest(selected, this.count, limit));
  }

  /** Drops the rows that stay below `score` even with `rest` more. */
  keep(score: number, rest: number): void {
    const { sums, touched } = this.board;
    let kept = 0;
    for (let place = 0; place < this.count; place++) {
      const row = touched[place] as number;
      if (scoreOf((sums[row] as number) + rest) < score) sums[row] = 0;
      else touched[kept++] = row;
    }
    this.count = kept;
  }

  row(place: number): number {
    return this.board.touched[place] as number;
  }

  /** Calls back for each row with its score, and clears all sums. */
  take(offer: (score: number, row: number) => void): void {
    const { sums, touched } = this.board;
    for (let place = 0; place < this.count; place++) {
      const row = touched[place] as number;
      offer(scoreOf(sums[row] as number), row);
      sums[row] = 0;
    }
    this.count = 0;
  }
}
