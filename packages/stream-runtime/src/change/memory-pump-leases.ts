import type { HostClock } from "@tenon/graph-core";
import type { PumpLeases, TakenLease } from "./pump-lease.ts";

interface Held {
  readonly epoch: bigint;
  readonly untilMs: number;
}

/** Leases in memory, for property tests and simulations. */
export class MemoryPumpLeases implements PumpLeases {
  readonly #clock: Pick<HostClock, "nowMs">;
  readonly #held = new Map<string, Held>();
  /** Its processes are one. */
  readonly #lost = new AbortController();

  constructor(clock: Pick<HostClock, "nowMs">) {
    this.#clock = clock;
  }

  async take({ consumer, leaseMs }: Parameters<PumpLeases["take"]>[0]): Promise<TakenLease | undefined> {
    const nowMs = this.#clock.nowMs();
    const last = this.#held.get(consumer) ?? { epoch: 0n, untilMs: nowMs };
    if (last.untilMs > nowMs) return undefined;
    const epoch = last.epoch + 1n;
    this.#held.set(consumer, { epoch, untilMs: nowMs + leaseMs });
    return { epoch, lost: this.#lost.signal };
  }

  async extend({ consumer, epoch, leaseMs }: Parameters<PumpLeases["extend"]>[0]): Promise<boolean> {
    if (this.#held.get(consumer)?.epoch !== epoch) return false;
    this.#held.set(consumer, { epoch, untilMs: this.#clock.nowMs() + leaseMs });
    return true;
  }

  async release({ consumer, epoch }: Parameters<PumpLeases["release"]>[0]): Promise<void> {
    await this.extend({ consumer, epoch, leaseMs: 0 });
  }
}
