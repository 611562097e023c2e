import type { HostClock } from "@tenon/graph-core";
import type { LogRecord, PullOptions, TopicPartition } from "../api/event-log.ts";
import { RECORD_OVERHEAD_BYTES } from "../api/limits.ts";
import { Bell } from "../group/bell.ts";
import { checkOffset, checkPull, type Feed } from "../group/feed.ts";
import { Cursor } from "./batch/cursor.ts";
import { type Fetched, pack } from "./batch/pack.ts";
import { RecordReader } from "./batch/record-reader.ts";
import type { Run } from "./batch/run.ts";

export interface QueueFeedOptions {
  readonly at: TopicPartition;
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
 * A bounded queue between a fetcher that pushes and an owner that pulls. Records wait as bytes and are made when they are
 * pulled, so that they die young.
 *
 * Q1 At most `recordsMax` records and `bytesMax` bytes are held, or one record that is larger by itself.
 * Q2 What does not fit is not taken: the fetcher asks for it again, and only once half of the queue is free.
 * Q3 A batch that cannot be read is told after all that came before it, and again until a seek.
 */
export class QueueFeed implements Feed {
  readonly #options: QueueFeedOptions;
  readonly #bell: Bell;
  readonly #ended = new AbortController();
  readonly #reader: RecordReader;
  #runs: Run[] = [];
  /** Where the first run is read on. */
  #cursor: Cursor | undefined;
  /** Records of the first run that were read. */
  #read = 0;
  #records = 0;
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
    this.#reader = new RecordReader(options.at);
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
    return this.#records;
  }

  get heldBytes(): number {
    return this.#bytes;
  }

  /** Takes what fits (Q1). */
  push(epoch: number, fetched: Fetched): void {
    if (epoch !== this.#epoch || this.#error !== undefined) return;
    const { at, recordsMax, bytesMax } = this.#options;
    const empty = this.#records === 0;
    const room = { records: recordsMax - this.#records, bytes: bytesMax - this.#bytes, empty };
    try {
      const { runs, records, bytes, nextOffset, full } = pack(at, fetched, this.#fetchOffset, room);
      this.#runs.push(...runs);
      this.#records += records;
      this.#bytes += bytes;
      this.#fetchOffset = nextOffset;
      this.#full = full || this.#records >= recordsMax || this.#bytes >= bytesMax;
    } catch (error) {
      this.fail(epoch, error);
    }
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
    for (let run = this.#runs[0]; run !== undefined && taken.length < recordsMax; run = this.#runs[0]) {
      this.#cursor ??= new Cursor(run.bytes);
      const start = this.#cursor.at;
      try {
        const record = this.#reader.read(run, this.#cursor);
        bytes += this.#reader.bytes;
        if (taken.length > 0 && bytes > bytesMax) {
          this.#cursor.at = start;
          break;
        }
        taken.push(record);
      } catch (error) {
        this.#cursor.at = start;
        if (taken.length > 0) break;
        throw error;
      }
      this.#records--;
      this.#bytes -= this.#cursor.at - start + RECORD_OVERHEAD_BYTES;
      if (++this.#read === run.records) this.#nextRun();
    }
    this.#makeRoom();
    return taken;
  }

  #nextRun(): void {
    this.#runs.shift();
    this.#cursor = undefined;
    this.#read = 0;
  }

  #makeRoom(): void {
    const { recordsMax, bytesMax, onRoom } = this.#options;
    if (!this.#full || this.#records * 2 > recordsMax || this.#bytes * 2 > bytesMax) return;
    this.#full = false;
    onRoom();
  }

  seek(offset: number): void {
    this.#fetchOffset = checkOffset(offset);
    this.#epoch++;
    this.#clear();
    this.#full = false;
    this.#failed = false;
    this.#options.onRoom();
  }

  end(error: () => Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#options.onEnd?.();
    this.#clear();
    this.#ended.abort();
  }

  #clear(): void {
    this.#runs = [];
    this.#cursor = undefined;
    this.#read = 0;
    this.#records = 0;
    this.#bytes = 0;
  }
}
