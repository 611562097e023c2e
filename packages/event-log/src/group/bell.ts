import type { HostClock } from "@tenon/graph-core";

/**
 * Wakes those who wait for something to look at. A ring that nobody waits for is only counted: look first, then wait; or compare
 * the counts of before and after.
 */
export class Bell {
  readonly #clock: HostClock;
  #waiting = new Set<() => void>();
  #rings = 0;

  constructor(clock: HostClock) {
    this.#clock = clock;
  }

  /** How often it was rung. */
  get rings(): number {
    return this.#rings;
  }

  ring(): void {
    this.#rings++;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** Resolves at the next ring, after `waitMs`, or when the signal aborts, whichever is first. */
  wait(waitMs: number, signal?: AbortSignal): Promise<void> {
    if (waitMs <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        cancel();
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const cancel = this.#clock.after(waitMs, wake);
      signal?.addEventListener("abort", wake, { once: true });
      this.#waiting.add(wake);
    });
  }
}
