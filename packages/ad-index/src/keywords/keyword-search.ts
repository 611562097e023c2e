/** The best ads of all segments for some words (K1, K2 of keyword-scoring.ts), by whatever way is cheaper. */

import { onesOf, WORD_BITS } from "../bits/bitset.ts";
import type { TopCandidates } from "../vectors/top-candidates.ts";
import type { Stop } from "../vectors/vector-table.ts";
import { type KeywordIndex, type KeywordSource, UNKNOWN_WORD } from "./keyword-index.ts";
import { inverseDocumentFrequency } from "./keyword-scoring.ts";
import { LiveHolders } from "./live-holders.ts";
import { RowSums, type ScoreBoard } from "./row-sums.ts";
import { type KeywordScan, type SegmentSearch, scoreBest } from "./score-best.ts";
import { filterByWords } from "./word-filter.ts";

/** Below this many postings scoring all of them costs less than finding out which to leave out. */
const POSTINGS_MANY = 2_048;
/** With fewer rows to find per ad wanted, nearly all of them stay candidates. Measured; docs/design/0014. */
const ROWS_PER_AD_MIN = 16;
/** One word of the rows in so many is counted to guess how many of the postings may be found. */
const WORDS_PER_SAMPLE = 16;

/** Words of a query, normalised, each list distinct and sorted. */
export interface SearchWords {
  /** Each of them adds to an ad's score: the words wished for and those in `must`. */
  readonly scored: readonly string[];
  readonly must: readonly string[];
  readonly mustNot: readonly string[];
}

/** A segment as keyword search sees it. */
export interface KeywordSegment {
  readonly view: {
    /** Does not change any more. */
    readonly live: Int32Array;
    readonly liveCount: number;
    /** Weighted words of the live rows. */
    readonly liveWords: number;
    readonly segment: { readonly keywords: KeywordSource; readonly ids: Float64Array };
  };
  /** Rows that may be found. */
  readonly eligible: Int32Array;
}

export type Method = "cheapest" | "allPostings" | "bestFirst";

/** `method`: anything but the cheapest is for tests and measurements; the answer is the same. */
export function scoreKeywords(
  words: SearchWords,
  segments: readonly KeywordSegment[],
  {
    limit,
    board,
    top,
    stop,
    method = "cheapest",
  }: {
    /** Ads wanted, as in `top`. */
    readonly limit: number;
    readonly board: ScoreBoard;
    readonly top: TopCandidates;
    readonly stop: Stop | undefined;
    readonly method?: Method;
  },
): KeywordScan {
  const liveCount = segments.reduce((sum, { view }) => sum + view.liveCount, 0);
  const lengthMean = segments.reduce((sum, { view }) => sum + view.liveWords, 0) / liveCount;
  const all = words.mustNot.length === 0 ? words.scored : [...words.scored, ...words.mustNot];
  const sources = segments.map(({ view }) => view.segment.keywords.forWords(all));
  const holders = segments.map(({ view }, place) => holdersIn(sources[place] as KeywordIndex, view.live));
  const weights = words.scored.map((word) => {
    const count = holders.reduce((sum, of, place) => sum + of.of((sources[place] as KeywordIndex).numberOf(word)), 0);
    return inverseDocumentFrequency(count, liveCount);
  });
  let postingsRead = 0;
  if (limit === 0) return { postingsRead, stopped: false };
  for (const [place, { view, eligible }] of segments.entries()) {
    if (stop?.()) return { postingsRead, stopped: true };
    const keywords = sources[place] as KeywordIndex;
    const { ids } = view.segment;
    const filtered = filterByWords(keywords, eligible, words);
    const held = words.scored
      .map((word, place) => ({ number: keywords.numberOf(word), weight: weights[place] as number }))
      .filter(({ number }) => number !== UNKNOWN_WORD);
    const search = { keywords, ids, rows: filtered.rows, words: held, lengthMean, limit };
    board.prepare(ids.length, lengthMean);
    const leavesOut = method === "cheapest" ? paysToLeaveOut(search) : method === "bestFirst";
    const scan = leavesOut ? scoreBest(search, board, top, stop) : scoreAll(search, board, top);
    postingsRead += filtered.postingsRead + scan.postingsRead;
    if (scan.stopped) return { postingsRead, stopped: true };
  }
  return { postingsRead, stopped: false };
}

function scoreAll(search: SegmentSearch, board: ScoreBoard, top: TopCandidates): KeywordScan {
  const { keywords, ids, rows, words } = search;
  const { starts } = keywords.postings;
  const sums = new RowSums(keywords, rows, board);
  for (const { number, weight } of words) {
    sums.add(weight, starts[number] as number, starts[number + 1] as number);
  }
  sums.take((score, row) => {
    if (score >= top.threshold) top.offer(score, ids[row] as number);
  });
  return { postingsRead: postingsOf(search), stopped: false };
}

function paysToLeaveOut(search: SegmentSearch): boolean {
  const postings = postingsOf(search);
  return postings >= POSTINGS_MANY && postings * shareOf(search.rows) >= ROWS_PER_AD_MIN * search.limit;
}

/** About how many of all rows are in the set; a guess decides how fast a search is, never what it finds. */
function shareOf(rows: Int32Array): number {
  let [ones, words] = [0, 0];
  for (let word = 0; word < rows.length; word += WORDS_PER_SAMPLE) {
    ones += onesOf(rows[word] as number);
    words++;
  }
  return ones / (WORD_BITS * words);
}

function postingsOf({ keywords, words }: SegmentSearch): number {
  return words.reduce((sum, { number }) => sum + keywords.holdersOf(number), 0);
}

/** By set of live rows, which snapshots share until it changes. */
const liveHolders = new WeakMap<Int32Array, LiveHolders>();

function holdersIn(keywords: KeywordIndex, live: Int32Array): LiveHolders {
  const known = liveHolders.get(live);
  if (known?.keywords === keywords) return known;
  const counted = new LiveHolders(keywords, live);
  liveHolders.set(live, counted);
  return counted;
}
