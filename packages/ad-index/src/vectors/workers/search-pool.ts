/**
 * Threads that search one shared segment, each with a scratch area of its own.
 *
 * P1 A thread has one search at a time; the others wait here, at most {@link WAITING_MAX} of them.
 * P2 A thread that ends takes its search with it (TENON1416) and is replaced, at most {@link RESTARTS_MAX} times in all.
 */
import { Worker } from "node:worker_threads";
import { searchQueueFull, searchWorkerLost } from "../errors.ts";
import type { SearchResult } from "../search/search-answer.ts";
import type { SearchTask } from "../search/segment-searcher.ts";
import type { SharedSegment } from "../segment/vector-segment.ts";
import type { SearchMessage, SearchWorkerData } from "./search-worker.ts";
import { type TaskRunner, WAITING_MAX } from "./task-runner.ts";

/** A segment that ends threads again and again is broken: starting more hides it. */
const RESTARTS_MAX = 3;

interface Waiting {
  readonly task: SearchTask;
  readonly endMs: number | undefined;
  readonly resolve: (result: SearchResult) => void;
  readonly reject: (reason: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly searcher: number;
  search: Waiting | undefined;
}

export class SearchPool implements TaskRunner {
  private readonly shared: SharedSegment;
  private readonly nowMs: () => number;
  private readonly threads = new Set<Thread>();
  private readonly waiting: Waiting[] = [];
  private restarts = 0;
  private lastLoss = "none was started";
  private closed = false;

  /** `searchers`: scratch areas of the segment, one thread for each. */
  constructor(shared: SharedSegment, searchers: readonly number[], nowMs: () => number) {
    this.shared = shared;
    this.nowMs = nowMs;
    for (const searcher of searchers) this.start(searcher);
  }

  run(task: SearchTask, budgetMs: number | undefined): Promise<SearchResult> {
    if (this.closed || this.waiting.length >= WAITING_MAX)
      return Promise.reject(searchQueueFull(this.waiting.length, WAITING_MAX, this.closed));
    if (this.threads.size === 0) return Promise.reject(searchWorkerLost(this.lastLoss));
    const { promise, resolve, reject } = Promise.withResolvers<SearchResult>();
    const endMs = budgetMs === undefined ? undefined : this.nowMs() + budgetMs;
    this.waiting.push({ task, endMs, resolve, reject });
    this.dispatch();
    return promise;
  }

  async close(): Promise<void> {
    this.closed = true;
    const threads = [...this.threads];
    this.threads.clear();
    for (const { search } of threads) search?.reject(searchQueueFull(0, WAITING_MAX, true));
    this.dropWaiting(searchQueueFull(this.waiting.length, WAITING_MAX, true));
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  private start(searcher: number): void {
    const workerData: SearchWorkerData = { shared: this.shared, searcher };
    const file = `./search-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`;
    const worker = new Worker(new URL(file, import.meta.url), { workerData });
    const thread: Thread = { worker, searcher, search: undefined };
    this.threads.add(thread);
    // An idle pool does not keep the process alive; a search in a thread does.
    worker.unref();
    let cause = "";
    worker.on("message", (result: SearchResult) => {
      const { search } = thread;
      thread.search = undefined;
      worker.unref();
      search?.resolve(result);
      this.dispatch();
    });
    worker.on("error", (error: unknown) => {
      cause = error instanceof Error ? error.message : String(error);
    });
    worker.on("exit", (code) => this.lose(thread, cause === "" ? `exit code ${code}` : cause));
  }

  private lose(thread: Thread, cause: string): void {
    if (!this.threads.delete(thread)) return;
    this.lastLoss = cause;
    thread.search?.reject(searchWorkerLost(cause));
    if (this.restarts < RESTARTS_MAX) {
      this.restarts++;
      this.start(thread.searcher);
    }
    if (this.threads.size === 0) this.dropWaiting(searchWorkerLost(cause));
    this.dispatch();
  }

  private dispatch(): void {
    for (const thread of this.threads) {
      if (thread.search !== undefined) continue;
      const next = this.waiting.shift();
      if (next === undefined) return;
      const budgetMs = next.endMs === undefined ? undefined : Math.max(0, next.endMs - this.nowMs());
      thread.search = next;
      thread.worker.ref();
      thread.worker.postMessage({ task: next.task, budgetMs } satisfies SearchMessage);
    }
  }

  private dropWaiting(reason: unknown): void {
    for (const { reject } of this.waiting.splice(0)) reject(reason);
  }
}
