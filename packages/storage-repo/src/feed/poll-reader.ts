import { setTimeout as wait } from "node:timers/promises";
import type { ChangeBatch } from "../api/change.ts";
import type { FeedPull, FeedPullOptions, FeedReader, PollCursor } from "../api/change-feed.ts";
import { feedEnded } from "../api/feed-errors.ts";
import type { LayoutBook } from "./layout-book.ts";
import type { PollSource } from "./poll-source.ts";
import { type StoredBatch, toChangeBatch } from "./stored-batch.ts";

/** Between two looks at a quiet feed. */
const POLL_MS_DEFAULT = 5;

export interface PollReaderOptions {
  readonly source: PollSource;
  readonly layouts: LayoutBook;
  readonly feedEpoch: string;
  readonly after: bigint;
  readonly pollMs?: number | undefined;
}

/** The portable feed: settled batches by query. Needs nothing of the server but transaction ids. */
export class PollReader implements FeedReader {
  readonly #options: PollReaderOptions;
  #after: bigint;
  #closed = false;

  constructor(options: PollReaderOptions) {
    this.#options = options;
    this.#after = options.after;
  }

  async pull({ batchesMax, waitMs, signal }: FeedPullOptions): Promise<FeedPull> {
    const { source, layouts, pollMs = POLL_MS_DEFAULT } = this.#options;
    const until = performance.now() + waitMs;
    for (;;) {
      if (this.#closed) throw feedEnded("closed");
      const { rows, upTo } = await source.next(this.#after, batchesMax);
      const batches = await toBatches(rows, layouts);
      const left = until - performance.now();
      if (batches.length > 0 || left <= 0 || signal?.aborted === true) {
        this.#after = upTo;
        return { batches, cursor: this.#cursor() };
      }
      this.#after = upTo;
      await wait(Math.min(pollMs, left), undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    }
  }

  async acknowledge(): Promise<void> {
    // The history is dropped by age and by stored cursors, not by readers.
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #cursor(): PollCursor {
    return { mode: "poll", feedEpoch: this.#options.feedEpoch, seq: this.#after };
  }
}

/** Heartbeats are for readers of slots. */
export async function toBatches(rows: readonly StoredBatch[], layouts: LayoutBook): Promise<readonly ChangeBatch[]> {
  const batches: ChangeBatch[] = [];
  for (const row of rows) {
    if (row.settledSeq !== undefined) continue;
    const decoder = layouts.known(row.schemaVersion) ?? (await layouts.decoder(row.schemaVersion));
    batches.push(toChangeBatch(row, decoder));
  }
  return batches;
}
