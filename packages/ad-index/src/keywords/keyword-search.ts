/** Scores the ads of all segments that hold any of the words (K1, K2 of keyword-scoring.ts). */

import { hasBit } from "../bits/bitset.ts";
import type { SegmentMatch } from "../segments/match.ts";
import type { SegmentView } from "../segments/segment-view.ts";
import type { TopCandidates } from "../vectors/top-candidates.ts";
import type { Stop } from "../vectors/vector-table.ts";
import type { Postings } from "./keyword-index.ts";
import { inverseDocumentFrequency, saturation } from "./keyword-scoring.ts";

/** Sums per row of one segment. Searches share it, because they are synchronous and never overlap. */
export class ScoreBoard {
  /** All 0 between searches. */
  sums = new Float64Array(0);
  touched = new Int32Array(0);

  makeRoom(size: number): void {
    if (this.sums.length >= size) return;
    this.sums = new Float64Array(size);
    this.touched = new Int32Array(size);
  }
}

export interface KeywordScan {
  readonly postingsRead: number;
  readonly stopped: boolean;
}

/** `words`: normalised, distinct, sorted: their order decides the rounding of sums. */
export function scoreKeywords(
  words: readonly string[],
  segments: readonly SegmentMatch[],
  board: ScoreBoard,
  top: TopCandidates,
  stop: Stop | undefined,
): KeywordScan {
  const liveCount = segments.reduce((sum, { view }) => sum + view.liveCount, 0);
  const liveWords = segments.reduce((sum, { view }) => sum + view.liveWords, 0);
  const weights = words.map((word) => {
    const holders = segments.reduce(
      (sum, { view }) => sum + liveHolders(view, view.segment.keywords.postingsOf(word)),
      0,
    );
    return inverseDocumentFrequency(holders, liveCount);
  });
  let postingsRead = 0;
  for (const match of segments) {
    if (stop?.()) return { postingsRead, stopped: true };
    postingsRead += scoreSegment(words, weights, match, liveWords / liveCount, board, top);
  }
  return { postingsRead, stopped: false };
}

function liveHolders(view: SegmentView, postings: Postings): number {
  if (view.liveCount === view.segment.size) return postings.rows.length;
  let holders = 0;
  for (const row of postings.rows) if (hasBit(view.live, row)) holders++;
  return holders;
}

/** Adds up the words of each eligible row, offers the sums and clears the board. Returns the postings read. */
function scoreSegment(
  words: readonly string[],
  weights: readonly number[],
  { view, eligible }: SegmentMatch,
  lengthMean: number,
  board: ScoreBoard,
  top: TopCandidates,
): number {
  const { keywords, ids, size } = view.segment;
  const { lengths } = keywords;
  board.makeRoom(size);
  const { sums, touched } = board;
  let touchedCount = 0;
  let read = 0;
  for (const [place, word] of words.entries()) {
    const { rows, frequencies } = keywords.postingsOf(word);
    const weight = weights[place] as number;
    read += rows.length;
    for (let entry = 0; entry < rows.length; entry++) {
      const row = rows[entry] as number;
      if (!hasBit(eligible, row)) continue;
      const sum = sums[row] as number;
      // Every word adds more than 0, so a sum of 0 is a row met for the first time.
      if (sum === 0) touched[touchedCount++] = row;
      sums[row] = sum + weight * saturation(frequencies[entry] as number, lengths[row] as number, lengthMean);
    }
  }
  for (let place = 0; place < touchedCount; place++) {
    const row = touched[place] as number;
    const score = Math.fround(sums[row] as number);
    sums[row] = 0;
    if (score >= top.threshold) top.offer(score, ids[row] as number);
  }
  return read;
}
