/** Searches run to their end, or until their time is up. */
import type { SearchFound, SearchTask, SegmentSearcher } from "./segment-searcher.ts";

export interface SearchResult extends SearchFound {
  /** True when the time ended first. */
  readonly partial: boolean;
}

/** Whether the time is up; asked between slices. */
export type Stop = () => boolean;

/** Runs a search at once. What it found is overwritten by the searcher's next one. */
export function runSearch(searcher: SegmentSearcher, task: SearchTask, stop: Stop | undefined): SearchResult {
  for (const _ of searcher.run(task)) if (stop?.()) return cutSearch(searcher);
  return resultOf(searcher, false);
}

/** The same, giving way to other work of this thread after each slice. The result is the caller's own. */
export async function runSliced(
  searcher: SegmentSearcher,
  task: SearchTask,
  stop: Stop | undefined,
  giveWay: () => Promise<void>,
): Promise<SearchResult> {
  for (const _ of searcher.run(task)) {
    if (stop?.()) return keptResult(cutSearch(searcher));
    await giveWay();
  }
  return keptResult(resultOf(searcher, false));
}

function cutSearch(searcher: SegmentSearcher): SearchResult {
  searcher.settle();
  return resultOf(searcher, true);
}

function resultOf(searcher: SegmentSearcher, partial: boolean): SearchResult {
  const { ranks, scores, rowsRead, rowsReranked, listsProbed } = searcher.found();
  return { ranks, scores, rowsRead, rowsReranked, listsProbed, partial };
}

/** A copy that later searches leave alone, to be kept or sent to another thread. */
export function keptResult(result: SearchResult): SearchResult {
  return { ...result, ranks: result.ranks.slice(), scores: result.scores.slice() };
}

/** Stops `budgetMs` from now on; never without a budget. */
export function stopAfter(budgetMs: number | undefined, nowMs: () => number): Stop | undefined {
  if (budgetMs === undefined) return undefined;
  const endMs = nowMs() + budgetMs;
  return () => nowMs() >= endMs;
}
