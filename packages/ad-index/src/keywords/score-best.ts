/**
 * The best ads of one segment without scoring all postings. Words come by what they can add at most, the most telling first; once
 * the remaining words together cannot lift a new ad among the best, they only add to ads that are candidates already.
 * Source: Turtle and Flood, Query Evaluation: Strategies and Optimizations, IPM 1995 (MaxScore), word by word; Ding and Suel,
 * SIGIR 2011, for bounds per block.
 *
 * W1 The answer is that of scoring every posting, to the bit. A row is left out only if no more than a score below the threshold is
 *    possible for it; an equal score may still win by its id. A row that is met again after it was left out has a sum below its
 *    score, which is below the threshold as well.
 */

import type { TopCandidates } from "../vectors/top-candidates.ts";
import type { Stop } from "../vectors/vector-table.ts";
import type { KeywordIndex } from "./keyword-index.ts";
import { contributionMax, scoreOf } from "./keyword-scoring.ts";
import { firstNotBelow } from "./live-holders.ts";
import { BLOCK_POSTINGS } from "./posting-blocks.ts";
import { RowSums, type ScoreBoard } from "./row-sums.ts";

/** What one search asks of one segment. */
export interface SegmentSearch {
  readonly keywords: KeywordIndex;
  readonly ids: Float64Array;
  /** Rows that may be found, one bit per row. */
  readonly rows: Int32Array;
  /** The query's words that the segment holds, any order. */
  readonly words: readonly { readonly number: number; readonly weight: number }[];
  readonly lengthMean: number;
  readonly limit: number;
}

export interface KeywordScan {
  readonly postingsRead: number;
  readonly stopped: boolean;
}

/** A step of a look-up jumps in memory: it costs about as much as reading this many postings in sequence. */
const POSTINGS_PER_STEP = 4;
/** Narrowing costs about as much per candidate as reading this many postings of which most are not eligible. */
const POSTINGS_PER_LOOK = 4;
/** Rows met before the threshold is looked for a first time, besides twice the limit. */
const ROWS_AT_FIRST = 64;

export function scoreBest(
  search: SegmentSearch,
  board: ScoreBoard,
  top: TopCandidates,
  stop: Stop | undefined,
): KeywordScan {
  const best = new BestRows(search, board, top.threshold);
  const words = boundedWords(search);
  let rest = words.reduce((sum, { bound }) => sum + bound, 0);
  let stopped = false;
  for (const [place, word] of words.entries()) {
    stopped ||= place > 0 && (stop?.() ?? false);
    // Out of time the best so far get their whole scores, and no others are looked for.
    if (stopped) best.narrow(0);
    rest -= word.bound;
    if (!stopped && scoreOf(rest + word.bound) >= best.threshold) best.addWord(word, rest);
    else best.refine(word);
    const next = words[place + 1];
    if (next !== undefined && next.to - next.from > POSTINGS_PER_LOOK * best.count) best.narrow(rest);
  }
  best.offerTo(top);
  return { postingsRead: best.postingsRead, stopped };
}

interface BoundedWord {
  readonly weight: number;
  /** Its postings. */
  readonly from: number;
  readonly to: number;
  /** No contribution of the word is above it. */
  readonly bound: number;
  /** The same per block. */
  readonly blockBounds: Float64Array;
}

/** Greatest bound first. */
function boundedWords({ keywords, words, lengthMean }: SegmentSearch): readonly BoundedWord[] {
  const { blocks, postings } = keywords;
  return words
    .map(({ number, weight }) => {
      const blockBounds = new Float64Array((blocks.starts[number + 1] as number) - (blocks.starts[number] as number));
      let bound = 0;
      for (let place = 0; place < blockBounds.length; place++) {
        const block = (blocks.starts[number] as number) + place;
        const frequencyMax = blocks.frequencyMax[block] as number;
        const dilution = blocks.dilutionMin[block] as number;
        blockBounds[place] = contributionMax(weight, { frequencyMax, dilution, lengthMean });
        bound = Math.max(bound, blockBounds[place] as number);
      }
      const [from, to] = [postings.starts[number] as number, postings.starts[number + 1] as number];
      return { weight, from, to, bound, blockBounds };
    })
    .toSorted((left, right) => right.bound - left.bound);
}

class BestRows {
  /** Rows with a lower score are not among the best. */
  threshold: number;
  postingsRead = 0;
  private readonly search: SegmentSearch;
  private readonly sums: RowSums;
  /** Rows at which the threshold is looked for again: each time twice as many, so that all looks cost as much as the last two. */
  private nextLook: number;

  constructor(search: SegmentSearch, board: ScoreBoard, threshold: number) {
    this.search = search;
    this.sums = new RowSums(search.keywords, search.rows, board);
    this.threshold = threshold;
    this.nextLook = 2 * search.limit + ROWS_AT_FIRST;
  }

  /** Candidates. */
  get count(): number {
    return this.sums.count;
  }

  /** Adds a word; blocks that cannot make a candidate, with `rest` from the words after it, only add to those there are. */
  addWord({ weight, from, to, blockBounds }: BoundedWord, rest: number): void {
    const { sums } = this;
    const known = sums.count > 0;
    for (let block = 0; block < blockBounds.length; block++) {
      const start = from + block * BLOCK_POSTINGS;
      const end = Math.min(start + BLOCK_POSTINGS, to);
      const open = scoreOf((blockBounds[block] as number) + rest) >= this.threshold;
      if (!open && !known) continue;
      this.postingsRead += end - start;
      if (open) sums.add(weight, start, end);
      else sums.addToTouched(weight, start, end);
      if (sums.count < this.nextLook) continue;
      this.threshold = Math.max(this.threshold, sums.reached(this.search.limit));
      this.nextLook = 2 * sums.count;
    }
  }

  /** Adds a word to the candidates alone. */
  refine({ weight, from, to }: BoundedWord): void {
    const { sums } = this;
    const { rows } = this.search.keywords.postings;
    const steps = Math.ceil(Math.log2(to - from + 1));
    if (sums.count * steps * POSTINGS_PER_STEP > to - from) {
      this.postingsRead += to - from;
      sums.addToTouched(weight, from, to);
      return;
    }
    this.postingsRead += sums.count;
    for (let place = 0; place < sums.count; place++) {
      const row = sums.row(place);
      const entry = firstNotBelow(rows, row, from, to);
      if (entry < to && rows[entry] === row) sums.addToTouched(weight, entry, entry + 1);
    }
  }

  /** Drops the candidates that `rest` more cannot lift among the best. */
  narrow(rest: number): void {
    this.threshold = Math.max(this.threshold, this.sums.reached(this.search.limit));
    this.sums.keep(this.threshold, rest);
  }

  offerTo(top: TopCandidates): void {
    const { ids } = this.search;
    this.sums.take((score, row) => {
      if (score >= top.threshold) top.offer(score, ids[row] as number);
    });
  }
}
