import type { SearchResult } from "../search/search-answer.ts";
import type { SearchTask } from "../search/segment-searcher.ts";

/** Where searches run that would hold up the caller's thread. */
export interface TaskRunner {
  /** `budgetMs`: counted from the call, waiting included. Rejects with TENON1415 and TENON1416. */
  run(task: SearchTask, budgetMs: number | undefined): Promise<SearchResult>;
  /** Rejects what still waits with TENON1415, and ends. */
  close(): Promise<void>;
}

/** Searches that may wait, in either runner: about 50 ms of work for one worker at 0.8 ms each. */
export const WAITING_MAX = 64;
