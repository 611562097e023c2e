import type { HostClock } from "@tenon/graph-core";

/** Lets a worker sleep until somebody has something for it, or a time has passed. A ring while nobody sleeps is kept for the next. */
export class Bell {
  readonly #clock: HostClock;
  #sleepers = new Set<() => void>();
  #isRung = false;

  constructor(clock: HostClock) {
    this.#clock = clock;
  }

  ring(): void {
    const sleepers = this.#sleepers;
    this.#sleepers = new Set();
    this.#isRung = sleepers.size === 0;
    for (const wake of sleepers) wake();
  }

  /** Resolves at the next ring, after `maxMs`, or when the signal aborts, whichever is first. */
  wait(maxMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted || this.#isRung) {
      this.#isRung = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(wake);
        takeBack();
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const takeBack = this.#clock.after(maxMs, wake);
      signal?.addEventListener("abort", wake);
      this.#sleepers.add(wake);
    });
  }
}
