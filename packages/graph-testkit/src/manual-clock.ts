import type { HostClock } from "@tenon/graph-core";

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A host clock that stands still until it is told to move. */
export class ManualClock implements HostClock {
  #nowMs: number;
  #timers: Timer[] = [];

  /** @param startMs milliseconds since the epoch */
  constructor(startMs = 1_000_000) {
    this.#nowMs = startMs;
  }

  readonly nowMs = (): number => this.#nowMs;
  readonly monotonicMs = (): number => this.#nowMs;

  readonly after = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Moves time, firing each timer at its own moment, those it starts on the way included. */
  advance(byMs: number): void {
    const until = this.#nowMs + byMs;
    for (let next = this.#nextBy(until); next !== undefined; next = this.#nextBy(until)) {
      const due = next;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.callback();
    }
    this.#nowMs = until;
  }

  #nextBy(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= untilMs && (first === undefined || timer.atMs < first.atMs)) first = timer;
    }
    return first;
  }
}
