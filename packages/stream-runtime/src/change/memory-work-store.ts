/** Work items in memory, over the model repository: for property tests and simulations. */
import type { HostClock } from "@tenon/graph-core";
import type { Key } from "@tenon/storage-repo/api";
import { MemorySinkOutbox } from "../sink/memory-sink-outbox.ts";
import type { SinkOutbox } from "../sink/sink-outbox.ts";
import { LANES } from "../task/lane.ts";
import { MemoryPumpLeases } from "./memory-pump-leases.ts";
import type { PumpLeases } from "./pump-lease.ts";
import type {
  Claimable,
  ClaimedWork,
  ClaimOptions,
  FinishOutcome,
  ItemsOf,
  NewWork,
  OpenItem,
  Origin,
  Origins,
  ParkedWork,
  WorkFailure,
  WorkStatus,
  WorkStore,
} from "./work-store.ts";

interface Item extends Omit<NewWork, "rounds"> {
  /** Of what was added since the last claim; none when nothing was. */
  rounds: number | undefined;
  /** Of what the claim took. */
  claimedRounds: number | undefined;
  claim: string | undefined;
  /** It was added again since its claim. */
  again: boolean;
  claimedUntilMs: number;
  notBeforeMs: number;
  attempts: number;
  parked: boolean;
  failure: WorkFailure | undefined;
  readonly addedAtMs: number;
}

/** A transaction that can be told to do something when it commits. */
interface Joinable {
  onCommit(effect: (xid: bigint) => void): void;
}

export class MemoryWorkStore<Joined extends Joinable> implements WorkStore<Joined> {
  readonly pumps: PumpLeases;
  readonly sinks: SinkOutbox<Joined>;
  readonly transaction: WorkStore<Joined>["transaction"];
  readonly #clock: Pick<HostClock, "nowMs">;
  readonly #items = new Map<string, Item>();
  readonly #origins = new Map<bigint, Origin>();
  #claims = 0;

  constructor(transaction: WorkStore<Joined>["transaction"], clock: Pick<HostClock, "nowMs">) {
    this.transaction = transaction;
    this.#clock = clock;
    this.pumps = new MemoryPumpLeases(clock);
    this.sinks = new MemorySinkOutbox(clock);
  }

  async prepare(): Promise<void> {}

  async sees(_tx: Joined, _xids: readonly bigint[]): Promise<boolean> {
    return true;
  }

  async add(tx: Joined, work: readonly NewWork[]): Promise<void> {
    tx.onCommit(() => {
      for (const each of work) this.#add(each);
    });
  }

  async open(_: Joined, { handlers, keys }: ItemsOf): Promise<readonly OpenItem[]> {
    const found = [...this.#items.values()].filter(
      ({ handler, key }) => handlers.includes(handler) && keys.includes(key),
    );
    return found.map(({ handler, key, parked, failure }) => ({
      ...{ handler, key, waits: !parked, reason: failure?.reason },
    }));
  }

  async betweenClaims(): Promise<bigint> {
    return BigInt(++this.#claims);
  }

  async claim({ handlers, lane, itemsMax, leaseMs }: ClaimOptions): Promise<readonly ClaimedWork[]> {
    const free = this.#free(handlers).filter((item) => item.lane === lane);
    return free.slice(0, itemsMax).map((item) => {
      this.#claim(item, { claim: String(++this.#claims), leaseMs });
      const { handler, key, upTo, attempts, claim = "", claimedRounds: rounds = 0 } = item;
      return { handler, key, lane, upTo, rounds, attempts, claim };
    });
  }

  /** Processes in memory end with their store. */
  async endAbandoned(_handlers: readonly string[]): Promise<number> {
    return 0;
  }

  async claimable(handlers: readonly string[]): Promise<readonly Claimable[]> {
    return this.#free(handlers).map(({ handler, lane }) => ({ handler, lane }));
  }

  async finish(tx: Joined, works: readonly ClaimedWork[]): Promise<readonly FinishOutcome[]> {
    return works.map((work) => {
      const id = idOf(work);
      const held = this.#items.get(id);
      if (held?.claim !== work.claim) return "lost";
      // As it is at the commit: the pump may have added to it since.
      tx.onCommit(() => {
        const item = this.#items.get(id) as Item;
        if (!item.again) this.#items.delete(id);
        else {
          item.claim = undefined;
          item.claimedRounds = undefined;
        }
      });
      return held.again ? "again" : "done";
    });
  }

  async handOn(
    tx: Joined,
    works: readonly NewWork[],
    { leaseMs }: { readonly leaseMs: number },
  ): Promise<readonly ClaimedWork[]> {
    const free = works.filter((work) => this.#items.get(idOf(work))?.claim === undefined);
    const claimed = free.map((work) => ({ ...work, attempts: 0, claim: String(++this.#claims) }));
    const claims = new Map(claimed.map((work) => [idOf(work), work.claim]));
    tx.onCommit(() => {
      for (const work of works) {
        const wasFree = this.#items.get(idOf(work))?.claim === undefined;
        this.#add(work);
        const claim = claims.get(idOf(work));
        // Claimed by somebody else in between: the run that was meant to be will find its claim lost.
        if (claim !== undefined && wasFree) this.#claim(this.#items.get(idOf(work)) as Item, { claim, leaseMs });
      }
    });
    return claimed;
  }

  async sign(tx: Joined, origin: Origin): Promise<void> {
    tx.onCommit((xid) => this.#origins.set(xid, origin));
  }

  async origins(
    tx: Joined,
    { xids, handlers }: { readonly xids: readonly bigint[]; readonly handlers: readonly string[] },
  ): Promise<Origins> {
    const found = xids.flatMap((xid): readonly (readonly [bigint, Origin])[] => {
      const origin = this.#origins.get(xid);
      return origin !== undefined && handlers.includes(origin.handler) ? [[xid, origin]] : [];
    });
    tx.onCommit(() => {
      for (const [xid] of found) this.#origins.delete(xid);
    });
    return new Map(found);
  }

  async fail(work: ClaimedWork, failure: WorkFailure): Promise<void> {
    const { parked, waitMs } = failure;
    const item = this.#items.get(idOf(work));
    if (item?.claim !== work.claim) return;
    item.claim = undefined;
    item.rounds = least(item.rounds, item.claimedRounds);
    item.claimedRounds = undefined;
    item.failure = failure;
    item.attempts++;
    item.notBeforeMs = this.#clock.nowMs() + waitMs;
    // What changed meanwhile deserves a try of its own.
    item.parked = parked && !item.again;
  }

  async status(): Promise<readonly WorkStatus[]> {
    const groups = Map.groupBy(this.#items.values(), ({ handler, lane }) => `${handler}/${lane}`);
    return [...groups.values()].map((items) => {
      const { handler, lane } = items[0] as Item;
      const waiting = items.filter(({ parked }) => !parked);
      const oldest = Math.min(...waiting.map(({ addedAtMs }) => addedAtMs));
      const oldestMs = waiting.length === 0 ? 0 : this.#clock.nowMs() - oldest;
      return { handler, lane, waiting: waiting.length, parked: items.length - waiting.length, oldestMs };
    });
  }

  async parked(handler?: string): Promise<readonly ParkedWork[]> {
    const items = [...this.#items.values()].filter(
      (item) => item.parked && (handler === undefined || item.handler === handler),
    );
    return items.map(({ handler: own, key, lane, upTo, rounds = 0, attempts, failure }) => ({
      ...{ handler: own, key, lane, upTo, rounds, attempts, code: failure?.code ?? "", reason: failure?.reason ?? "" },
      inputDigest: failure?.inputDigest,
    }));
  }

  async retryParked(handler: string, keys?: readonly Key[]): Promise<number> {
    const parked = [...this.#items.values()].filter(
      (item) => item.handler === handler && item.parked && (keys === undefined || keys.includes(item.key)),
    );
    for (const item of parked) {
      item.parked = false;
      item.attempts = 0;
      item.rounds = 0;
      item.notBeforeMs = 0;
    }
    return parked.length;
  }

  #free(handlers: readonly string[]): readonly Item[] {
    const nowMs = this.#clock.nowMs();
    return [...this.#items.values()].filter(
      ({ handler, parked, notBeforeMs, claim, claimedUntilMs }) =>
        handlers.includes(handler) &&
        !parked &&
        notBeforeMs <= nowMs &&
        (claim === undefined || claimedUntilMs <= nowMs),
    );
  }

  #claim(item: Item, { claim, leaseMs }: { readonly claim: string; readonly leaseMs: number }): void {
    item.claim = claim;
    item.claimedUntilMs = this.#clock.nowMs() + leaseMs;
    item.claimedRounds = least(item.claimedRounds, item.rounds);
    item.rounds = undefined;
    item.again = false;
  }

  #add(work: NewWork): void {
    const known = this.#items.get(idOf(work));
    const lane = known !== undefined && LANES.indexOf(known.lane) < LANES.indexOf(work.lane) ? known.lane : work.lane;
    this.#items.set(idOf(work), {
      ...{ claim: undefined, claimedUntilMs: 0, claimedRounds: undefined, addedAtMs: this.#clock.nowMs(), ...known },
      ...work,
      ...{
        lane,
        upTo: known !== undefined && known.upTo > work.upTo ? known.upTo : work.upTo,
        again: true,
        rounds: least(known?.rounds, work.rounds),
        attempts: 0,
        notBeforeMs: 0,
        parked: false,
        failure: undefined,
      },
    });
  }
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

function idOf({ handler, key }: { readonly handler: string; readonly key: Key }): string {
  return JSON.stringify([handler, key]);
}
