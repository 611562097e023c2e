/** A thread that searches a shared segment. It imports no package: only this folder's files, so that it starts fast anywhere. */
import { parentPort, workerData } from "node:worker_threads";
import { keptResult, runSearch, stopAfter } from "../search/search-answer.ts";
import { type SearchTask, SegmentSearcher } from "../search/segment-searcher.ts";
import type { SharedSegment } from "../segment/vector-segment.ts";

export interface SearchWorkerData {
  readonly shared: SharedSegment;
  /** The scratch area of this thread. */
  readonly searcher: number;
}

export interface SearchMessage {
  readonly task: SearchTask;
  readonly budgetMs: number | undefined;
}

const { shared, searcher: place } = workerData as SearchWorkerData;
const searcher = new SegmentSearcher(shared, place);

// A trap of the kernels must end the thread: the pool then says so, and starts another.
parentPort?.on("message", ({ task, budgetMs }: SearchMessage) => {
  parentPort?.postMessage(
    keptResult(
      runSearch(
        searcher,
        task,
        stopAfter(budgetMs, () => performance.now()),
      ),
    ),
  );
});
