/** The part of a process that sends messages of handlers, or stands by, and says when the outbox is full. */
import type { EventLog } from "@tenon/event-log/api";
import type { HostClock } from "@tenon/graph-core";
import { Bell } from "../change/bell.ts";
import { PumpLease, type PumpLeases } from "../change/pump-lease.ts";
import { LOOK_MS, OutboxGate } from "./outbox-gate.ts";
import type { SinkOutbox } from "./sink-outbox.ts";
import { SinkRelay, type SinkRelayOptions } from "./sink-relay.ts";

/** One lease for all messages of a database. No consumer is called so. */
const LEASE = "messages of handlers";
/** An append that takes longer is taken to hang: another process goes on. */
const STEP_MS_MAX = 60_000;
/** Between looks for messages that runs of other processes have committed; our own ring. */
const IDLE_MS = 100;

export interface RunningSinksOptions {
  readonly owner: string;
  readonly clock: HostClock;
  readonly leaseMs: number;
  readonly waitingMax: number;
  readonly relay: SinkRelayOptions;
}

export class RunningSinks {
  readonly #clock: HostClock;
  readonly #relay: SinkRelay;
  readonly #gate: OutboxGate;
  readonly #lease: PumpLease;
  readonly #bell: Bell;
  /** Its own: nobody looks at the outbox because something was added. */
  readonly #looks: Bell;

  constructor(
    { pumps, sinks }: { readonly pumps: PumpLeases; readonly sinks: Omit<SinkOutbox<never>, "add"> },
    log: EventLog,
    { owner, clock, leaseMs, waitingMax, relay }: RunningSinksOptions,
  ) {
    this.#clock = clock;
    this.#relay = new SinkRelay(sinks, log, relay);
    this.#gate = new OutboxGate(sinks, waitingMax);
    this.#lease = new PumpLease({
      ...{ leases: pumps, consumer: LEASE, owner, clock, leaseMs, stepMsMax: STEP_MS_MAX },
    });
    this.#bell = new Bell(clock);
    this.#looks = new Bell(clock);
  }

  /** Whether handlers that send may run. */
  get hasRoom(): boolean {
    return this.#gate.isOpen;
  }

  get isRelaying(): boolean {
    return this.#lease.isHeld;
  }

  get sent(): ReadonlyMap<string, number> {
    return this.#relay.sent;
  }

  get failures(): number {
    return this.#relay.failures;
  }

  /** A run has committed: there may be messages. */
  ring(): void {
    this.#bell.ring();
  }

  /** Sends while this process has the lease; a failure lets it go, for another process may reach the log. */
  async relay(stop: AbortSignal): Promise<void> {
    const wasHeld = await this.#lease.during(stop, async (signal) => {
      let lookedMs = Number.NEGATIVE_INFINITY;
      while (!signal.aborted) {
        const nowMs = this.#clock.monotonicMs();
        const isDue = nowMs - lookedMs >= IDLE_MS;
        if (isDue) lookedMs = nowMs;
        const sent = await this.#relay.step(signal, isDue ? "everywhere" : "known");
        this.#lease.stepped();
        if (sent === 0) await this.#bell.wait(IDLE_MS, signal);
      }
    });
    if (!wasHeld) await this.#looks.wait(this.#lease.beatMs, stop);
  }

  async look(stop: AbortSignal): Promise<void> {
    await this.#gate.look();
    await this.#looks.wait(LOOK_MS, stop);
  }
}
