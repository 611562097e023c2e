import type { HostClock } from "@tenon/graph-core";

/** Wakes those who wait for something to look at. A ring that nobody waits for is forgotten: look first, then wait. */
export class Bell {
  readonly #clock: HostClock;
  #waiting = new Set<() => void>();

  constructor(clock: HostClock) {
    this.#clock = clock;
  }

  ring(): void {
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
