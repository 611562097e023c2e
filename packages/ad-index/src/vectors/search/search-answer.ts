/** A search as it travels between threads: copies, since scratch areas are reused. */
import type { SearchTask, SegmentSearcher } from "./segment-searcher.ts";

export interface SearchResult {
  readonly ranks: Float64Array;
  readonly scores: Float32Array;
  readonly rowsRead: number;
  readonly rowsReranked: number;
  readonly listsProbed: number;
  /** True when the time ended first. */
  readonly partial: boolean;
}

/** Whether the time is up; asked between slices. */
export type Stop = () => boolean;

/** Runs a search to its end, or until the time is up. */
export function runSearch(searcher: SegmentSearcher, task: SearchTask, stop: Stop | undefined): SearchResult {
  for (const _ of searcher.run(task)) if (stop?.()) return cutSearch(searcher);
  return resultOf(searcher, false);
}

/** The same, giving way to other work of this thread after each slice. */
export async function runSliced(
  searcher: SegmentSearcher,
  task: SearchTask,
  stop: Stop | undefined,
  giveWay: () => Promise<void>,
): Promise<SearchResult> {
  for (const _ of searcher.run(task)) {
    if (stop?.()) return cutSearch(searcher);
    await giveWay();
  }
  return resultOf(searcher, false);
}

function cutSearch(searcher: SegmentSearcher): SearchResult {
  searcher.settle();
  return resultOf(searcher, true);
}

function resultOf(searcher: SegmentSearcher, partial: boolean): SearchResult {
  const { ranks, scores, rowsRead, rowsReranked, listsProbed } = searcher.found();
  return { ranks: ranks.slice(), scores: scores.slice(), rowsRead, rowsReranked, listsProbed, partial };
}

/** Stops `budgetMs` from now on; never without a budget. */
export function stopAfter(budgetMs: number | undefined, nowMs: () => number): Stop | undefined {
  if (budgetMs === undefined) return undefined;
  const endMs = nowMs() + budgetMs;
  return () => nowMs() >= endMs;
}
