import type { HostClock } from "@tenon/graph-core";

const TICK_MS = 20;
/** Weight of the newest tick in the running mean. */
const NEWEST = 0.2;

/**
 * How long the process's one thread keeps arriving work waiting, ms. Requests in the socket are not seen by any request's
 * own clock: this is what they waited before they arrived.
 */
export class LoopLag {
  readonly #clock: HostClock;
  #lagMs = 0;
  #stopped = false;
  #cancel: (() => void) | undefined;

  constructor(clock: HostClock) {
    this.#clock = clock;
    this.#tick();
  }

  get lagMs(): number {
    return this.#lagMs;
  }

  #tick(): void {
    const startedMs = this.#clock.monotonicMs();
    this.#cancel = this.#clock.after(TICK_MS, () => {
      const late = Math.max(0, this.#clock.monotonicMs() - startedMs - TICK_MS);
      this.#lagMs += NEWEST * (late - this.#lagMs);
      if (!this.#stopped) this.#tick();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }
}
