import type { HostClock } from "@tenon/graph-core";
import { Bell } from "./bell.ts";

/**
 * Which process pumps a consumer's feed: one holds a lease, the others stand by.
 *
 * P1 A lease has one holder. Whoever takes it after it has lapsed, on the store's clock, or after its holder's process has ended, has
 *    a higher epoch.
 * P2 A holder counts its lease from before it asked for it, so it stops before anybody else begins. One that hears that the store takes
 *    it for ended stops then.
 * P3 A holder that finishes no step for too long lets its lease lapse: a process that hangs does not hold up the others.
 *
 * The lease saves work. What keeps a change from counting twice is the fence of the cursor, whoever believes to hold what.
 */
export interface PumpLeases {
  /** Takes a lease that nobody holds. Resolves with undefined while it is somebody's. */
  take(lease: {
    readonly consumer: string;
    readonly owner: string;
    readonly leaseMs: number;
  }): Promise<TakenLease | undefined>;
  /** From now on for `leaseMs`. Resolves with whether the lease was still this epoch's. */
  extend(lease: { readonly consumer: string; readonly epoch: bigint; readonly leaseMs: number }): Promise<boolean>;
  /** Lets it go: nobody has to wait for its end. */
  release(lease: { readonly consumer: string; readonly epoch: bigint }): Promise<void>;
}

export interface TakenLease {
  readonly epoch: bigint;
  /** Aborts when the store may take its holder's process for ended, and give the lease to others. */
  readonly lost: AbortSignal;
}

export interface PumpLeaseOptions {
  readonly leases: PumpLeases;
  readonly consumer: string;
  /** Names this process to those who look at the table. */
  readonly owner: string;
  readonly leaseMs: number;
  /** P3: a holder that has not called `stepped` for longer does not extend its lease. */
  readonly stepMsMax: number;
  readonly clock: HostClock;
}

/** Beats of a holder, and looks of those that stand by, in the time of a lease. */
const BEATS_PER_LEASE = 3;

export class PumpLease {
  readonly #options: PumpLeaseOptions;
  readonly #bell: Bell;
  #tenure: AbortController | undefined;
  #steppedMs = 0;

  constructor(options: PumpLeaseOptions) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
  }

  /**
   * Between two looks for a lease that is free. A holder that was killed is followed at the next look, one that says nothing any more
   * within `leaseMs + beatMs`.
   */
  get beatMs(): number {
    return this.#options.leaseMs / BEATS_PER_LEASE;
  }

  get isHeld(): boolean {
    return this.#tenure?.signal.aborted === false;
  }

  /** The holder has done something. */
  stepped(): void {
    this.#steppedMs = this.#options.clock.monotonicMs();
  }

  /**
   * Runs work while this process holds the lease, and lets the lease go after it. The work's signal aborts with the lease, or
   * with `stop`. Resolves with false, at once, when somebody else has the lease.
   */
  async during(stop: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const { leases, consumer, owner, leaseMs, clock } = this.#options;
    const askedMs = clock.monotonicMs();
    const taken = await leases.take({ consumer, owner, leaseMs });
    if (taken === undefined) return false;
    const { epoch, lost } = taken;
    const tenure = new AbortController();
    this.#tenure = tenure;
    this.stepped();
    const end = () => tenure.abort();
    lost.addEventListener("abort", end);
    if (lost.aborted) end();
    const beating = this.#beat(epoch, askedMs, tenure);
    try {
      await work(AbortSignal.any([stop, tenure.signal]));
    } finally {
      tenure.abort();
      lost.removeEventListener("abort", end);
      await beating;
      // When this fails the lease ends by itself.
      await leases.release({ consumer, epoch }).catch(() => undefined);
    }
    return true;
  }

  async #beat(epoch: bigint, askedMs: number, tenure: AbortController): Promise<void> {
    const { leases, consumer, leaseMs, stepMsMax, clock } = this.#options;
    const { signal } = tenure;
    // P2
    const endsFrom = (fromMs: number) =>
      clock.after(Math.max(0, fromMs + leaseMs - clock.monotonicMs()), () => tenure.abort());
    let takeBack = endsFrom(askedMs);
    for (;;) {
      await this.#bell.wait(this.beatMs, signal);
      if (signal.aborted) return takeBack();
      const beganMs = clock.monotonicMs();
      if (beganMs - this.#steppedMs > stepMsMax) continue;
      // While the store cannot be asked the lease runs on, to its end at most.
      const isOurs = await leases.extend({ consumer, epoch, leaseMs }).catch(() => undefined);
      if (isOurs === false) tenure.abort();
      if (isOurs !== true || signal.aborted) continue;
      takeBack();
      takeBack = endsFrom(beganMs);
    }
  }
}
