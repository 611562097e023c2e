import type { NewRecord, TopicPartition } from "../api/event-log.ts";
import { appendFailed, closed, tooManyAppends } from "../errors.ts";

/** Appends of one partition that wait for the batch before; each is its caller's memory. */
const WAITING_MAX = 10_000;

export interface AppendLaneOptions<Item> {
  readonly at: TopicPartition;
  /** A record as the log takes it. */
  readonly itemOf: (record: NewRecord) => Item;
  readonly bytesOf: (item: Item) => number;
  /** Bounds of one batch; a single larger record goes alone. */
  readonly batchRecordsMax: number;
  readonly batchBytesMax: number;
  /** Writes one batch, whole or not at all. @returns the offset of its first record; the others follow without gaps */
  readonly send: (items: readonly Item[]) => Promise<number>;
}

interface Call {
  readonly count: number;
  readonly offsets: number[];
  readonly resolve: (offsets: readonly number[]) => void;
  readonly reject: (error: Error) => void;
  failed: boolean;
}

/**
 * Appends to one partition, one batch in flight; what comes meanwhile goes with the next.
 *
 * A1 A call's records are written in order; a batch that fails ends its calls, and nothing later of them is sent (L2).
 */
export class AppendLane<Item> {
  readonly #options: AppendLaneOptions<Item>;
  #waiting: { readonly call: Call; readonly item: Item }[] = [];
  #calls = 0;
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(options: AppendLaneOptions<Item>) {
    this.#options = options;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** @throws GraphError TENON1560, before anything is queued */
  refuseFull(): void {
    if (this.#calls >= WAITING_MAX) throw tooManyAppends(this.#options.at, WAITING_MAX);
  }

  append(records: readonly NewRecord[]): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      const call: Call = { count: records.length, offsets: [], resolve, reject, failed: false };
      this.#calls++;
      for (const record of records) this.#waiting.push({ call, item: this.#options.itemOf(record) });
      this.#sending ??= this.#sendAll().finally(() => {
        this.#sending = undefined;
      });
    });
  }

  /** What is not sent yet never is. Resolves when what was sent has its answer. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { call } of this.#waiting) this.#fail(call, closed("the log"));
    this.#waiting = [];
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    // Appends of this turn of the event loop go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      const calls = new Set(batch.map((each) => each.call));
      try {
        const first = await this.#options.send(batch.map(({ item }) => item));
        batch.forEach(({ call }, at) => {
          call.offsets.push(first + at);
        });
        for (const call of calls) this.#finish(call);
      } catch (error) {
        for (const call of calls) this.#fail(call, appendFailed(this.#options.at, call.count, error));
        this.#waiting = this.#waiting.filter(({ call }) => !calls.has(call));
      }
    }
  }

  #nextBatch(): { readonly call: Call; readonly item: Item }[] {
    const { bytesOf, batchRecordsMax, batchBytesMax } = this.#options;
    let bytes = 0;
    let count = 0;
    for (const { item } of this.#waiting) {
      bytes += bytesOf(item);
      if (count > 0 && (bytes > batchBytesMax || count >= batchRecordsMax)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  #finish(call: Call): void {
    if (call.failed || call.offsets.length < call.count) return;
    this.#calls--;
    call.resolve(call.offsets);
  }

  #fail(call: Call, error: Error): void {
    if (call.failed) return;
    call.failed = true;
    this.#calls--;
    call.reject(error);
  }
}
