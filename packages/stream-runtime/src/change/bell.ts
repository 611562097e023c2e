import type { HostClock } from "@tenon/graph-core";

/** Lets workers sleep until somebody has something for them, or a time has passed. */
export class Bell {
  readonly #clock: HostClock;
  #sleepers = new Set<() => void>();

  constructor(clock: HostClock) {
    this.#clock = clock;
  }

  ring(): void {
    const sleepers = this.#sleepers;
    this.#sleepers = new Set();
    for (const wake of sleepers) wake();
  }

  wait(maxMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(wake);
        takeBack();
        resolve();
      };
      const takeBack = this.#clock.after(maxMs, wake);
      this.#sleepers.add(wake);
    });
  }
}
