import { type HostClock, pause } from "@tenon/graph-core";

export interface PaceOptions {
  /** A beat, and between the beginnings of two rounds; 0: as soon as there is something. */
  readonly everyMs: number;
  /** Of the time, about, for the work of rounds: where it takes longer, only each second, third … beat begins a round. Default: all. */
  readonly workShare?: number;
  /** A round begins each so many beats at least. Default 1: each beat, whatever the share. */
  readonly beatsMax?: number;
}

/** Of the newest round, in the mean of what rounds take. */
const NEWEST_SHARE = 1 / 8;

/**
 * Rounds of a loop that begin no more often than every so many milliseconds.
 *
 * A loop that takes what is there as soon as it can takes little each time, and what a round costs besides its records (statements,
 * commits, wake-ups of the stages behind it) then fills the processors: everybody waits for everybody. The first round after a quiet
 * time begins at once, so a single change is not held back. Later ones begin at beats of the clock, which all loops of a process
 * share: partitions of a task then have their batches at the same time, and commit them together.
 *
 * How often is often enough depends on the processors and on who else is at work. So rounds may have a share of the time: where the
 * same work takes longer, there are fewer rounds, and each of them takes more. By whole beats, or loops would lose the beat they share.
 */
export class Pace {
  readonly #clock: HostClock;
  readonly #options: PaceOptions;
  #beganMs = Number.NEGATIVE_INFINITY;
  #meanMs = 0;

  constructor(clock: HostClock, options: PaceOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Between the beginnings of two rounds, as of now. */
  get everyMs(): number {
    const { everyMs, workShare = 1, beatsMax = 1 } = this.#options;
    const beats = everyMs === 0 ? 1 : Math.round(this.#meanMs / (workShare * everyMs));
    return everyMs * Math.max(1, Math.min(beatsMax, beats));
  }

  /** Resolves when the next round may begin, or the signal aborts. */
  async next(signal: AbortSignal): Promise<void> {
    const { everyMs } = this;
    const nowMs = this.#clock.monotonicMs();
    const restMs = everyMs - (nowMs % Math.max(1, everyMs));
    if (nowMs < this.#beganMs + everyMs) await pause(this.#clock, restMs, signal);
    this.#beganMs = this.#clock.monotonicMs();
  }

  /** A round's work took so long; its wait for something to do is none of it. */
  worked(ms: number): void {
    this.#meanMs += (ms - this.#meanMs) * NEWEST_SHARE;
  }
}
