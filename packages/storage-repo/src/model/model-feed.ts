import type { ChangeBatch } from "../api/change.ts";
import type {
  ChangeFeed,
  ClaimedCursor,
  CursorStore,
  FeedCursor,
  FeedOptions,
  FeedPull,
  FeedPullOptions,
  FeedReader,
  PollCursor,
} from "../api/change-feed.ts";
import { cursorFenced, otherHistory } from "../api/feed-errors.ts";
import type { ModelStore } from "./model-store.ts";
import type { ModelTransaction } from "./model-transaction.ts";

const MODEL_EPOCH = "model";

/** The model's feed: batches in commit order, which is an order of writing. */
export function modelFeed(store: ModelStore): ChangeFeed {
  return {
    async open({ from }: FeedOptions): Promise<FeedReader> {
      return new ModelFeedReader(store, startOf(store, from));
    },
  };
}

function startOf(store: ModelStore, from: FeedOptions["from"]): number {
  if (from === "oldest") return 0;
  if (from === "now") return store.batches.length;
  if (from.mode !== "poll" || from.feedEpoch !== MODEL_EPOCH)
    throw otherHistory({ stored: `${from.mode} ${from.feedEpoch}`, current: `poll ${MODEL_EPOCH}` });
  return Number(from.seq);
}

class ModelFeedReader implements FeedReader {
  readonly #store: ModelStore;
  #next: number;

  constructor(store: ModelStore, next: number) {
    this.#store = store;
    this.#next = next;
  }

  async pull({ batchesMax, waitMs, signal }: FeedPullOptions): Promise<FeedPull> {
    if (this.#next >= this.#store.batches.length && waitMs > 0) await this.#oneMore(waitMs, signal);
    const batches: readonly ChangeBatch[] = this.#store.batches.slice(this.#next, this.#next + batchesMax);
    this.#next += batches.length;
    const cursor: PollCursor = { mode: "poll", feedEpoch: MODEL_EPOCH, seq: BigInt(this.#next) };
    return { batches, cursor };
  }

  async acknowledge(): Promise<void> {
    // Nothing is ever dropped from the model.
  }

  async close(): Promise<void> {
    // Holds nothing.
  }

  #oneMore(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stopListening();
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      const stopListening = this.#store.onBatch(done);
      signal?.addEventListener("abort", done);
      if (signal?.aborted === true) done();
    });
  }
}

export class ModelCursors implements CursorStore<ModelTransaction> {
  readonly #stored = new Map<string, { fence: bigint; cursor: FeedCursor | undefined }>();

  async claim(consumer: string): Promise<ClaimedCursor> {
    const fence = (this.#stored.get(consumer)?.fence ?? 0n) + 1n;
    const claimed = { fence, cursor: this.#stored.get(consumer)?.cursor };
    this.#stored.set(consumer, claimed);
    return { ...claimed };
  }

  async save(
    tx: ModelTransaction,
    { consumer, fence }: { readonly consumer: string; readonly fence: bigint },
    cursor: FeedCursor,
  ): Promise<void> {
    const stored = this.#stored.get(consumer);
    if (stored === undefined || stored.fence !== fence) throw cursorFenced(consumer, fence);
    tx.onCommit(() => {
      stored.cursor = cursor;
    });
  }
}
