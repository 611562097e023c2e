import type { HostClock } from "@tenon/graph-core";
import type { LogRecord, PullOptions } from "../api/event-log.ts";
import type { Bell } from "./bell.ts";
import { checkOffset, checkPull, type Feed } from "./feed.ts";

/** What a pull may take from the source at once. */
export type ReadBounds = Pick<PullOptions, "recordsMax" | "bytesMax">;

/** What a look has found. */
export interface Found {
  readonly records: readonly LogRecord[];
  /** Offset of the next record to come when it looked, where it is known. */
  readonly end?: number;
}

export interface DirectFeedOptions {
  readonly clock: HostClock;
  readonly fromOffset: number;
  /**
   * Records from an offset on that can no longer vanish. Gaps inside are the log's (L1).
   * @throws GraphError TENON1555 or TENON1557 for an offset that the log does not have
   */
  readonly read: (offset: number, bounds: ReadBounds) => Promise<Found>;
  /** Rung when there may be more to read. */
  readonly bell: Bell;
  /** Whether a failure of `read` may pass: then nothing was found for now. Default: none may. */
  readonly passes?: (error: unknown) => boolean;
  /** How long to wait for the bell before looking anyway, ms, by how often the look before was in vain. */
  readonly lookAgainMs: (emptyLooks: number) => number;
}

/** Reads the log when it is pulled and holds nothing ahead: for logs that are near. */
export class DirectFeed implements Feed {
  readonly #options: DirectFeedOptions;
  readonly #ended = new AbortController();
  #next: number;
  #seeks = 0;
  #emptyLooks = 0;
  /** Rings and time as of the last look, when another one before a ring would be in vain. */
  #lookedInVain: { readonly rings: number; readonly atMs: number } | undefined;
  #error: (() => Error) | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: DirectFeedOptions) {
    this.#options = options;
    this.#next = checkOffset(options.fromOffset);
  }

  pull(options: PullOptions): Promise<readonly LogRecord[]> {
    const pulled = this.#turn.then(() => this.#pull(options));
    this.#turn = pulled.catch(() => undefined);
    return pulled;
  }

  async #pull(options: PullOptions): Promise<readonly LogRecord[]> {
    checkPull(options);
    const { clock, read, passes, bell } = this.#options;
    const { waitMs, signal } = options;
    const untilMs = clock.monotonicMs() + waitMs;
    const stop = signal === undefined ? this.#ended.signal : AbortSignal.any([signal, this.#ended.signal]);
    for (;;) {
      this.#refuseEnded();
      const quietMs = this.#quietMs();
      if (quietMs > 0) {
        const leftMs = untilMs - clock.monotonicMs();
        if (leftMs <= 0 || signal?.aborted) return [];
        await bell.wait(Math.min(leftMs, quietMs), stop);
        continue;
      }
      const seeks = this.#seeks;
      const { rings } = bell;
      const { records, end } = await read(this.#next, options).catch((error: unknown): Found => {
        if (passes?.(error) === true) return { records: [] };
        throw error;
      });
      this.#refuseEnded();
      if (seeks !== this.#seeks) continue;
      const last = records.at(-1);
      if (last !== undefined) {
        this.#next = last.offset + 1;
        this.#emptyLooks = 0;
        // With the last record there is nothing left to look for until somebody rings.
        if (this.#next === end) this.#lookedInVain = { rings, atMs: clock.monotonicMs() };
        return records;
      }
      this.#lookedInVain = { rings, atMs: clock.monotonicMs() };
      // Whoever rings at every look must not keep a pull beyond its time.
      if (clock.monotonicMs() >= untilMs) return [];
    }
  }

  /** How long to wait for the bell before the next look, also across pulls: one that waits shortly does not look more often. */
  #quietMs(): number {
    const { clock, bell, lookAgainMs } = this.#options;
    const looked = this.#lookedInVain;
    if (looked === undefined) return 0;
    const leftMs = looked.atMs + lookAgainMs(this.#emptyLooks) - clock.monotonicMs();
    if (looked.rings === bell.rings && leftMs > 0) return leftMs;
    this.#lookedInVain = undefined;
    this.#emptyLooks++;
    return 0;
  }

  seek(offset: number): void {
    this.#next = checkOffset(offset);
    this.#seeks++;
    this.#lookedInVain = undefined;
    this.#options.bell.ring();
  }

  end(error: () => Error): void {
    this.#error ??= error;
    this.#ended.abort();
  }

  #refuseEnded(): void {
    if (this.#error !== undefined) throw this.#error();
  }
}
