import type { HostClock } from "@tenon/graph-core";

interface Timer {
  readonly atMs: number;
  readonly number: number;
  readonly callback: () => void;
}

/** Rounds of the event loop after which what waits for nothing outside has settled. */
const SETTLE_ROUNDS = 4;

export interface VirtualClockOptions {
  /**
   * By how much each reading moves the time on, ms. With a real clock no two readings are alike, and what falls due between two of
   * them must not be missed. Default 0.
   */
  readonly readingMs?: number;
}

/** A clock that stands still until told to move; promises settle before it moves on. Equal calls give equal runs. */
export class VirtualClock implements HostClock {
  #nowMs: number;
  #timers: Timer[] = [];
  #count = 0;
  readonly #readingMs: number;

  /** @param startMs ms since 1970 */
  constructor(startMs = 1_700_000_000_000, { readingMs = 0 }: VirtualClockOptions = {}) {
    this.#nowMs = startMs;
    this.#readingMs = readingMs;
  }

  /** Whole, as dates are. */
  readonly nowMs = (): number => Math.floor(this.monotonicMs());
  readonly monotonicMs = (): number => {
    this.#nowMs += this.#readingMs;
    return this.#nowMs;
  };

  readonly after = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), number: this.#count++, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Moves time by so many ms, firing each timer at its own moment, in order, with promises settled in between. */
  async runFor(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (let next = this.#nextBy(untilMs); next !== undefined; next = this.#nextBy(untilMs)) {
      const due = next;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.callback();
      await settle();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
    await settle();
  }

  #nextBy(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs > untilMs) continue;
      if (first === undefined || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.number < first.number))
        first = timer;
    }
    return first;
  }
}

async function settle(): Promise<void> {
  for (let round = 0; round < SETTLE_ROUNDS; round++) await new Promise<void>((resolve) => setImmediate(resolve));
}
