/**
 * Follows one partition of the log from a position of its own: no group, so every replica reads all of it.
 *
 * F1 `nextOffset` moves only past records that were taken. What is not taken is read again, so taking must bear repeats.
 * F2 Records are taken in slices with a turn of the event loop after each: requests wait for one slice at most.
 * F3 No failure ends it: it is told once, shown as `problem`, and tried again after a bounded wait.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { EventLog, LogReader, LogRecord, TopicPartition } from "@tenon/event-log/api";
import { type HostClock, pause } from "@tenon/graph-core";

/** Most of one pull. */
const PULL_RECORDS_MAX = 2_000;
const PULL_BYTES_MAX = 8 * 2 ** 20;
/** Records taken between two turns of the event loop: a few milliseconds of work. */
export const SLICE_RECORDS_MAX = 100;
/** Longest wait of an empty pull, and time between two looks at the partition's end, ms. */
const PULL_WAIT_MS = 1_000;
/** Between two tries after a failure, doubled each time, ms. */
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5_000;

export interface FollowerOptions {
  readonly log: EventLog;
  readonly at: TopicPartition;
  readonly clock: HostClock;
  /** Takes records in order. What it throws leaves them to be taken again. */
  readonly take: (records: readonly LogRecord[]) => void;
  /** Told about a failure, once until something succeeds. */
  readonly onTrouble: (message: string, error: unknown) => void;
}

export class LogFollower {
  readonly at: TopicPartition;
  readonly #options: FollowerOptions;
  readonly #stopped = new AbortController();
  #nextOffset = 0;
  #endOffset = 0;
  #endAskedMs = Number.NEGATIVE_INFINITY;
  #problem: unknown;
  #reader: LogReader | undefined;
  #running: Promise<void> | undefined;
  #caughtUp = Promise.withResolvers<void>();
  #tailOffset: number | undefined;
  #findStart: (() => Promise<number>) | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.at = options.at;
  }

  /** The offset to be read next: everything before it was taken. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** Records between here and the partition's end, as of the last look; more than there are where offsets have gaps. */
  get lagRecords(): number {
    return Math.max(0, this.#endOffset - this.#nextOffset);
  }

  /** Why it does not get on, while it does not. */
  get problem(): unknown {
    return this.#problem;
  }

  /** Everything that the log held when the following began was taken; until then records are old news. */
  get isLive(): boolean {
    return this.#tailOffset !== undefined && this.#nextOffset >= this.#tailOffset;
  }

  /** Settles when it is live for the first time. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** @param from where to begin, or how to find it out: asked until the log answers */
  start(from: number | (() => Promise<number>)): void {
    if (typeof from === "number") this.#nextOffset = from;
    else this.#findStart = from;
    this.#running ??= this.#run();
  }

  /** Goes on at a later offset: a base that holds everything before it is served. */
  skipTo(offset: number): void {
    if (offset <= this.#nextOffset) return;
    this.#nextOffset = offset;
    this.#reader?.seek(offset);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, onTrouble } = this.#options;
    const { signal } = this.#stopped;
    let retryMs = RETRY_MS_MIN;
    while (!signal.aborted) {
      try {
        if (this.#findStart !== undefined) this.#nextOffset = Math.max(this.#nextOffset, await this.#findStart());
        this.#findStart = undefined;
        await this.#lookAtEnd();
        await this.#pull(signal);
        this.#problem = undefined;
        retryMs = RETRY_MS_MIN;
      } catch (error) {
        if (signal.aborted) break;
        if (this.#problem === undefined)
          onTrouble(`${this.at.topic}/${this.at.partition} cannot be followed at ${this.#nextOffset}`, error);
        this.#problem = error;
        await this.#closeReader();
        await pause(clock, retryMs, signal);
        retryMs = Math.min(RETRY_MS_MAX, retryMs * 2);
      }
    }
    await this.#closeReader();
  }

  async #pull(signal: AbortSignal): Promise<void> {
    const { log, take } = this.#options;
    this.#reader ??= await log.read({ ...this.at, fromOffset: this.#nextOffset });
    const bounds = { recordsMax: PULL_RECORDS_MAX, bytesMax: PULL_BYTES_MAX, waitMs: PULL_WAIT_MS, signal };
    const records = await this.#reader.pull(bounds);
    for (let from = 0; from < records.length; from += SLICE_RECORDS_MAX) {
      const slice = records.slice(from, from + SLICE_RECORDS_MAX).filter(({ offset }) => offset >= this.#nextOffset);
      const last = slice.at(-1);
      if (last === undefined) continue;
      take(slice);
      // Taking may have skipped ahead.
      this.#nextOffset = Math.max(this.#nextOffset, last.offset + 1);
      await nextTurn();
      if (signal.aborted) return;
    }
    this.#tellLive();
  }

  async #lookAtEnd(): Promise<void> {
    const { log, clock } = this.#options;
    if (this.#tailOffset !== undefined && clock.monotonicMs() - this.#endAskedMs < PULL_WAIT_MS) return;
    const { topic, partition } = this.at;
    const found = (await log.offsets(topic)).find((each) => each.partition === partition);
    this.#endAskedMs = clock.monotonicMs();
    this.#endOffset = found?.end ?? 0;
    this.#tailOffset ??= this.#endOffset;
    this.#tellLive();
  }

  #tellLive(): void {
    if (this.isLive) this.#caughtUp.resolve();
  }

  async #closeReader(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.close().catch(() => undefined);
  }
}
