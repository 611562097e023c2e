import { type HostClock, pause } from "@tenon/graph-core";

/**
 * Rounds of a loop that begin no more often than every so many milliseconds.
 *
 * A loop that takes what is there as soon as it can takes little each time, and what a round costs besides its records (statements,
 * commits, wake-ups of the stages behind it) then fills the processors: everybody waits for everybody. The first round after a quiet
 * time begins at once, so a single change is not held back. Later ones begin at beats of the clock, which all loops of a process
 * share: partitions of a task then have their batches at the same time, and commit them together.
 */
export class Pace {
  readonly #clock: HostClock;
  readonly #everyMs: number;
  #beganMs = Number.NEGATIVE_INFINITY;

  constructor(clock: HostClock, everyMs: number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** Resolves when the next round may begin, or the signal aborts. */
  async next(signal: AbortSignal): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    const restMs = this.#everyMs - (nowMs % Math.max(1, this.#everyMs));
    if (nowMs < this.#beganMs + this.#everyMs) await pause(this.#clock, restMs, signal);
    this.#beganMs = this.#clock.monotonicMs();
  }
}
