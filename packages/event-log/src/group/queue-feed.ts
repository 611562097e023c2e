import type { HostClock } from "@tenon/graph-core";
import type { LogRecord, PullOptions } from "../api/event-log.ts";
import { recordBytes } from "../api/record-size.ts";
import { Bell } from "./bell.ts";
import { checkOffset, checkPull, type Feed } from "./feed.ts";

export interface QueueFeedOptions {
  readonly clock: HostClock;
  readonly fromOffset: number;
  /** Bounds of what is held ahead of the pulls. */
  readonly recordsMax: number;
  readonly bytesMax: number;
  /** Told when room has come up, and when the position changed: fetch from `fetchOffset`. */
  readonly onRoom: () => void;
  /** Told once, when nothing of it is wanted any more. */
  readonly onEnd?: () => void;
}

/**
 * A bounded queue between a fetcher that pushes and an owner that pulls: for logs that are far.
 *
 * Q1 At most `recordsMax` records and `bytesMax` bytes are held, or one record that is larger by itself.
 * Q2 What does not fit is not taken: the fetcher asks for it again, and only once half of the queue is free.
 */
export class QueueFeed implements Feed {
  readonly #options: QueueFeedOptions;
  readonly #bell: Bell;
  readonly #ended = new AbortController();
  #queue: LogRecord[] = [];
  #head = 0;
  #bytes = 0;
  #fetchOffset: number;
  #epoch = 0;
  #full = false;
  #failure: unknown;
  #failed = false;
  #error: (() => Error) | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: QueueFeedOptions) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
    this.#fetchOffset = checkOffset(options.fromOffset);
  }

  /** Where to fetch next, or `undefined` while there is no room, or nothing more to fetch for an error's sake. */
  get fetchOffset(): number | undefined {
    return this.#full || this.#failed || this.#error !== undefined ? undefined : this.#fetchOffset;
  }

  /** Changes with every seek: what was fetched for another epoch is stale. */
  get epoch(): number {
    return this.#epoch;
  }

  get heldRecords(): number {
    return this.#queue.length - this.#head;
  }

  get heldBytes(): number {
    return this.#bytes;
  }

  /** Takes what fits (Q1). @param nextOffset where the log goes on when all of it was taken: past gaps at the end */
  push(epoch: number, records: readonly LogRecord[], nextOffset: number): void {
    if (epoch !== this.#epoch || this.#error !== undefined) return;
    const { recordsMax, bytesMax } = this.#options;
    for (const record of records) {
      if (record.offset < this.#fetchOffset) continue;
      const bytes = recordBytes(record);
      if (this.heldRecords > 0 && (this.heldRecords >= recordsMax || this.#bytes + bytes > bytesMax)) {
        this.#full = true;
        break;
      }
      this.#queue.push(record);
      this.#bytes += bytes;
      this.#fetchOffset = record.offset + 1;
    }
    if (!this.#full) this.#fetchOffset = Math.max(this.#fetchOffset, nextOffset);
    if (this.heldRecords >= recordsMax || this.#bytes >= bytesMax) this.#full = true;
    this.#bell.ring();
  }

  /** The position cannot be fetched: pulls reject with it once the queue is empty, until a seek. */
  fail(epoch: number, error: unknown): void {
    if (epoch !== this.#epoch) return;
    this.#failed = true;
    this.#failure = error;
    this.#bell.ring();
  }

  pull(options: PullOptions): Promise<readonly LogRecord[]> {
    const pulled = this.#turn.then(() => this.#pull(options));
    this.#turn = pulled.catch(() => undefined);
    return pulled;
  }

  async #pull(options: PullOptions): Promise<readonly LogRecord[]> {
    checkPull(options);
    const { clock } = this.#options;
    const { waitMs, signal } = options;
    const untilMs = clock.monotonicMs() + waitMs;
    const stop = signal === undefined ? this.#ended.signal : AbortSignal.any([signal, this.#ended.signal]);
    for (;;) {
      if (this.#error !== undefined) throw this.#error();
      const records = this.#take(options);
      if (records.length > 0) return records;
      if (this.#failed) throw this.#failure;
      const leftMs = untilMs - clock.monotonicMs();
      if (leftMs <= 0 || signal?.aborted) return [];
      await this.#bell.wait(leftMs, stop);
    }
  }

  #take({ recordsMax, bytesMax }: PullOptions): readonly LogRecord[] {
    const taken: LogRecord[] = [];
    let bytes = 0;
    while (this.#head < this.#queue.length && taken.length < recordsMax) {
      const record = this.#queue[this.#head] as LogRecord;
      const size = recordBytes(record);
      if (taken.length > 0 && bytes + size > bytesMax) break;
      taken.push(record);
      bytes += size;
      this.#head++;
    }
    this.#bytes -= bytes;
    if (this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    this.#makeRoom();
    return taken;
  }

  #makeRoom(): void {
    const { recordsMax, bytesMax, onRoom } = this.#options;
    if (!this.#full || this.heldRecords * 2 > recordsMax || this.#bytes * 2 > bytesMax) return;
    this.#full = false;
    onRoom();
  }

  seek(offset: number): void {
    this.#fetchOffset = checkOffset(offset);
    this.#epoch++;
    this.#queue = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#full = false;
    this.#failed = false;
    this.#options.onRoom();
  }

  end(error: () => Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#options.onEnd?.();
    this.#queue = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#ended.abort();
  }
}
