/** Searches on the caller's thread, one at a time, in slices with other work between them. */
import { setImmediate } from "node:timers/promises";
import { searchQueueFull } from "../errors.ts";
import { runSliced, type SearchResult, stopAfter } from "../search/search-answer.ts";
import type { SearchTask, SegmentSearcher } from "../search/segment-searcher.ts";
import { type TaskRunner, WAITING_MAX } from "./task-runner.ts";

export class SlicedRunner implements TaskRunner {
  private readonly searcher: SegmentSearcher;
  private readonly nowMs: () => number;
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private closed = false;

  /** `searcher`: with a scratch area of its own, since other searches run between the slices. */
  constructor(searcher: SegmentSearcher, nowMs: () => number) {
    this.searcher = searcher;
    this.nowMs = nowMs;
  }

  run(task: SearchTask, budgetMs: number | undefined): Promise<SearchResult> {
    if (this.closed || this.waiting >= WAITING_MAX)
      return Promise.reject(searchQueueFull(this.waiting, WAITING_MAX, this.closed));
    this.waiting++;
    const stop = stopAfter(budgetMs, this.nowMs);
    const search = this.last.then(() => {
      this.waiting--;
      if (this.closed) throw searchQueueFull(this.waiting, WAITING_MAX, true);
      return runSliced(this.searcher, task, stop, setImmediate);
    });
    this.last = search.catch(() => undefined);
    return search;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.last;
  }
}
