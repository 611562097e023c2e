/**
 * Runs of sync graphs, many together: inputs of all of them at one snapshot, the graphs, and one commit of what they write and send
 * and of the ends of their items.
 *
 * B1 The result is that of runs one by one. An item whose graph fails is failed alone; one whose claim has ended writes nothing,
 *    and the others are run again without it.
 * B2 What a transaction does not get through is tried in halves, down to single items: one that cannot be committed holds up no
 *    other.
 * B3 A transaction has a bounded number of items, and ends after a bounded time in graphs with those it has come to.
 * B4 Work that its writes wake for their own rows is added with them, and run next (W4).
 * B5 What changes between the snapshot and the commit leaves an item there, which runs again (W1), and a claim that has ended
 *    commits nothing (W2). So nothing is read again at the commit, and runs never give way to those who write other groups of
 *    their rows: at one snapshot for both, a batch of many rows beside a busy updater met somebody nearly each time.
 */
import { GraphError, type HostClock } from "@tenon/graph-core";
import type { Repo, RowChange } from "@tenon/storage-repo/api";
import { mergedWrites } from "../store/merged-writes.ts";
import { wokenBy } from "./handed-on.ts";
import type { HandlerOutput } from "./handler-output.ts";
import { LostClaims, requireHeld } from "./lost-claims.ts";
import type { LoadedInputs, PreparedHandler } from "./prepared-handler.ts";
import type { RunFailures, RunOutcome } from "./run-failures.ts";
import type { Claimable, ClaimedWork, WorkStore } from "./work-store.ts";

export interface BatchBounds {
  /** Items of one transaction. */
  readonly itemsMax: number;
  /** Time in graphs of one transaction: what it has come to by then is committed, the rest follows. */
  readonly graphsMsMax: number;
}

export interface BatchRunOptions<Joined> {
  readonly repo: Pick<Repo<Joined>, "readWithin" | "write">;
  readonly store: WorkStore<Joined>;
  readonly handlers: ReadonlyMap<string, PreparedHandler>;
  readonly failures: RunFailures;
  readonly bounds: BatchBounds;
  readonly leaseMs: number;
  readonly clock: HostClock;
  /** Handlers that work may be handed on to now. */
  readonly mayTake: () => readonly PreparedHandler[];
  /** Told when messages were committed. */
  readonly onMessages: () => void;
  /** Told of handed-on work that is somebody else's to run. */
  readonly onLeft: (work: readonly Claimable[]) => void;
  /** Told what became of an item. */
  readonly onEnd: (item: ClaimedWork, outcome: RunOutcome) => void;
}

type Loaded = ReadonlyMap<PreparedHandler, LoadedInputs>;

interface Derived {
  readonly item: ClaimedWork;
  readonly output: HandlerOutput;
}

interface Committed {
  readonly ended: readonly (readonly [ClaimedWork, RunOutcome])[];
  readonly handedOn: readonly ClaimedWork[];
  readonly isSending: boolean;
  /** Not come to (B3). */
  readonly left: readonly ClaimedWork[];
}

/** Times one transaction is run in all when rows it read were changed by others. */
export const CONFLICTS_MAX = 8;
/** The same for several items: rather in halves (B2). */
const CONFLICTS_OF_MANY_MAX = 3;
/** Transactions beside each other, when not all items may share one. */
const PARTS_AT_ONCE = 4;
/** Graphs run so long until others have their turn of the event loop. */
const SLICE_MS = 8;
/** The store cannot be asked: halves would fare no better. */
const STORE_AWAY: ReadonlySet<string> = new Set(["TENON1500", "TENON1503", "TENON1504", "TENON1505"]);

export class BatchRun<Joined> {
  readonly #options: BatchRunOptions<Joined>;

  constructor(options: BatchRunOptions<Joined>) {
    this.#options = options;
  }

  /** Runs items of one lane, and what is handed on from them, to the end. */
  async run(items: readonly ClaimedWork[]): Promise<void> {
    const parts = this.#partsOf(await this.#settleable(items)).values();
    const workThrough = async () => {
      for (const part of parts) await this.#runPart(part);
    };
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, workThrough));
  }

  async #runPart(items: readonly ClaimedWork[]): Promise<void> {
    for (const left of await this.#once(items)) for (const part of this.#partsOf(left)) await this.#runPart(part);
  }

  /**
   * What may share a transaction: it has one origin and one isolation, so that runs of a handler in a circle share it with those of
   * their round, and those that keep an invariant with nobody.
   */
  #partsOf(items: readonly ClaimedWork[]): readonly (readonly ClaimedWork[])[] {
    const parts = Map.groupBy(items, (item) => {
      const { handler, isInCircle } = this.#of(item);
      if (handler.invariant) return item.claim;
      return isInCircle ? `${handler.name}/${item.rounds}` : "";
    });
    return [...parts.values()];
  }

  /** Without those that have come round as often as they may. */
  async #settleable(items: readonly ClaimedWork[]): Promise<readonly ClaimedWork[]> {
    const { failures, onEnd } = this.#options;
    for (const item of items) {
      const prepared = this.#of(item);
      if (prepared.isUnsettled(item)) onEnd(item, await failures.unsettled(item, prepared));
    }
    return items.filter((item) => !this.#of(item).isUnsettled(item));
  }

  /** Resolves with what is to be run next, in parts. */
  async #once(items: readonly ClaimedWork[]): Promise<readonly (readonly ClaimedWork[])[]> {
    const { onEnd, onMessages } = this.#options;
    try {
      const failed = new Map<ClaimedWork, unknown>();
      const { ended, handedOn, isSending, left } = await this.#runTogether(items, failed);
      for (const [item, outcome] of ended) onEnd(item, outcome);
      if (isSending) onMessages();
      await this.#fail(failed);
      return [handedOn, left];
    } catch (error) {
      if (error instanceof LostClaims) {
        for (const item of error.items) onEnd(item, "lost");
        return [items.filter((item) => !error.items.includes(item))];
      }
      if (items.length > 1 && !isStoreAway(error)) return halvesOf(items);
      await this.#fail(new Map(items.map((item) => [item, error])));
      return [];
    }
  }

  /**
   * Reads at one snapshot and writes in a transaction after it (B5). Runs that keep an invariant read and write in one: what they read
   * must still hold when they commit.
   */
  async #runTogether(items: readonly ClaimedWork[], failed: Map<ClaimedWork, unknown>): Promise<Committed> {
    const { store } = this.#options;
    const attemptsMax = items.length > 1 ? CONFLICTS_OF_MANY_MAX : CONFLICTS_MAX;
    const [first] = items;
    if (first !== undefined && this.#of(first).handler.invariant)
      return store.transaction(
        async (tx) => {
          failed.clear();
          const { derived, left } = await this.#derive(items, await this.#load(tx, items), failed);
          return { ...(await this.#commit(tx, derived)), left };
        },
        { isolation: "serializable", attemptsMax },
      );
    const loaded = await store.transaction((tx) => this.#load(tx, items), {
      ...{ isolation: "repeatableRead", readOnly: true, attemptsMax },
    });
    const { derived, left } = await this.#derive(items, loaded, failed);
    if (derived.length === 0) return { ended: [], handedOn: [], isSending: false, left };
    const committed = await store.transaction((tx) => this.#commit(tx, derived), {
      ...{ isolation: "readCommitted", attemptsMax },
    });
    return { ...committed, left };
  }

  async #fail(failed: ReadonlyMap<ClaimedWork, unknown>): Promise<void> {
    const { failures, onEnd } = this.#options;
    for (const [item, error] of failed) onEnd(item, await failures.failed(item, error));
  }

  /** Inputs of all items, at the transaction's snapshot. */
  async #load(tx: Joined, items: readonly ClaimedWork[]): Promise<Loaded> {
    const byHandler = [...Map.groupBy(items, (item) => this.#of(item))];
    const snapshot = this.#options.repo.readWithin(
      tx,
      byHandler.flatMap(([{ reads }]) => reads),
    );
    // Sent beside each other, and answered in turn: one connection, one snapshot.
    const loads = byHandler.map(async ([prepared, own]) => [prepared, await prepared.load(own, snapshot)] as const);
    return new Map(await Promise.all(loads));
  }

  async #derive(items: readonly ClaimedWork[], loaded: Loaded, failed: Map<ClaimedWork, unknown>) {
    const { clock, bounds } = this.#options;
    const derived: Derived[] = [];
    const beganMs = clock.monotonicMs();
    let sliceMs = beganMs;
    for (const [index, item] of items.entries()) {
      const nowMs = clock.monotonicMs();
      if (nowMs - beganMs > bounds.graphsMsMax && derived.length > 0) return { derived, left: items.slice(index) };
      if (nowMs - sliceMs > SLICE_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        sliceMs = clock.monotonicMs();
      }
      const prepared = this.#of(item);
      try {
        derived.push({ item, output: await prepared.derive(item, loaded.get(prepared) ?? []) });
      } catch (error) {
        failed.set(item, error);
      }
    }
    return { derived, left: [] };
  }

  async #commit(tx: Joined, derived: readonly Derived[]): Promise<Omit<Committed, "left">> {
    const { repo, store } = this.#options;
    const items = derived.map(({ item }) => item);
    const [first] = items;
    if (first === undefined) return { ended: [], handedOn: [], isSending: false };
    const writes = derived.map(({ output }) => output.writes).filter((each) => Object.keys(each).length > 0);
    const messages = derived.flatMap(({ output }) => output.messages);
    // Sent one behind the other without waiting for answers in between: rows, then the turns of messages, then the ends of items.
    const [written, , outcomes] = await Promise.all([
      writes.length > 0 ? repo.write(tx, mergedWrites(writes)) : undefined,
      messages.length > 0 ? store.sinks.add(tx, messages) : undefined,
      store.finish(tx, items),
    ]);
    requireHeld(items, outcomes);
    const changes = written?.changes ?? [];
    const handedOn = changes.length > 0 ? await this.#handOn(tx, items, changes) : [];
    return {
      ended: items.map((item, index) => [item, outcomes[index] ?? "done"]),
      handedOn,
      isSending: messages.length > 0,
    };
  }

  /** Says where the change batch comes from, when it matters: of a circle, or with work that the pump need not add. */
  async #handOn(
    tx: Joined,
    items: readonly ClaimedWork[],
    changes: readonly RowChange[],
  ): Promise<readonly ClaimedWork[]> {
    const { store, mayTake, bounds, leaseMs, onLeft } = this.#options;
    const [first] = items as [ClaimedWork];
    const origin = this.#of(first).originOf(first);
    if (this.#of(first).isInCircle) {
      await store.sign(tx, { ...origin, handedOn: [] });
      return [];
    }
    const upTo = items.reduce((last, item) => (item.upTo > last ? item.upTo : last), first.upTo);
    const work = wokenBy(changes, mayTake()).map(([handler, key]) => {
      return { handler, key, lane: first.lane, upTo, rounds: 0 };
    });
    // More than a transaction's items is the pump's to add: it does so piece by piece.
    if (work.length === 0 || work.length > bounds.itemsMax) return [];
    const [handedOn] = await Promise.all([
      store.handOn(tx, work, { leaseMs }),
      store.sign(tx, { ...origin, rounds: 0, handedOn: [...new Set(work.map(({ handler }) => handler))] }),
    ]);
    if (handedOn.length < work.length) onLeft(work);
    return handedOn;
  }

  #of({ handler }: ClaimedWork): PreparedHandler {
    return this.#options.handlers.get(handler) as PreparedHandler;
  }
}

function halvesOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

function isStoreAway(error: unknown): boolean {
  return error instanceof GraphError && STORE_AWAY.has(error.code);
}
