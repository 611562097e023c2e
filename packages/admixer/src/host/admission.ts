/**
 * How many requests run and wait. A request runs at once, waits in line, or is refused: nothing piles up.
 *
 * Q1 At most `concurrencyMax` run and `queueMax` wait.
 * Q2 First come, first served; one that waited past its deadline leaves the line.
 */
import type { GraphError, HostClock } from "@tenon/graph-core";
import { hostError } from "./host-error.ts";

interface Waiting {
  readonly start: () => void;
}

export class Admission {
  readonly #concurrencyMax: number;
  readonly #queueMax: number;
  readonly #clock: HostClock;
  readonly #hint: string;
  readonly #waiting = new Set<Waiting>();
  #running = 0;
  #idleWaiters: (() => void)[] = [];

  constructor(
    { concurrencyMax, queueMax }: { readonly concurrencyMax: number; readonly queueMax: number },
    clock: HostClock,
    hint = "try again after a moment, or add hosts; concurrencyMax and queueMax set the bounds",
  ) {
    this.#concurrencyMax = concurrencyMax;
    this.#queueMax = queueMax;
    this.#clock = clock;
    this.#hint = hint;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes a place if one is free. Give every place back with {@link leave}. */
  tryEnter(): boolean {
    if (this.#running >= this.#concurrencyMax) return false;
    this.#running++;
    return true;
  }

  /** Waits for a place. @throws GraphError TENON1613 when the line is full, or no place was free in time */
  enter(waitMaxMs: number): Promise<void> {
    if (this.tryEnter()) return Promise.resolve();
    if (this.#waiting.size >= this.#queueMax)
      return Promise.reject(this.#refusal(`all ${this.#queueMax} waiting places are taken`));
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(waitMaxMs, () => {
        this.#waiting.delete(waiting);
        reject(this.#refusal(`no place was free within ${waitMaxMs} ms`));
      });
      const waiting: Waiting = {
        start: () => {
          cancel();
          resolve();
        },
      };
      this.#waiting.add(waiting);
    });
  }

  leave(): void {
    for (const first of this.#waiting) {
      this.#waiting.delete(first);
      // The place goes to the next in line: the number that run stays.
      first.start();
      return;
    }
    this.#running--;
    if (this.#running === 0) for (const idle of this.#idleWaiters.splice(0)) idle();
  }

  /** Settles when nothing runs. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  #refusal(reason: string): GraphError {
    return hostError("overloaded", {
      message: "the host is overloaded",
      detail: `${this.#running} requests run, ${this.#waiting.size} wait; ${reason}`,
      hint: this.#hint,
    });
  }
}
