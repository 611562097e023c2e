import type { HostClock } from "@tenon/graph-core";

/** Between two reports while work goes on. */
const EVERY_MS = 1_000;

/**
 * Tells the log how far a partition is. Nobody relies on it but those who look at lag (the offset that counts is the store's), and it
 * costs as much as a small commit: so once a second, and when there is nothing left to do.
 */
export class ProgressReports {
  readonly #clock: HostClock;
  readonly #send: (next: number) => Promise<void>;
  #reportedMs = Number.NEGATIVE_INFINITY;
  #reported = -1;

  constructor(clock: HostClock, send: (next: number) => Promise<void>) {
    this.#clock = clock;
    this.#send = send;
  }

  /** After a commit. */
  moved(next: number): void {
    if (this.#clock.monotonicMs() - this.#reportedMs >= EVERY_MS) void this.settle(next);
  }

  /** With nothing left to do, or at the end. A report that fails is made up for by the next. */
  async settle(next: number): Promise<void> {
    if (next === this.#reported) return;
    this.#reported = next;
    this.#reportedMs = this.#clock.monotonicMs();
    await this.#send(next).catch(() => undefined);
  }
}
