/**
 * From change batches to work items: pulls the feed, finds the keys that each change concerns, and adds their work no later than
 * in the transaction that advances the cursor.
 */

import type { HostClock } from "@tenon/graph-core";
import type {
  ChangeBatch,
  ClaimedCursor,
  CursorStore,
  FeedPull,
  FeedReader,
  Lane,
  Repo,
} from "@tenon/storage-repo/api";
import { LANES } from "../task/lane.ts";
import { Bell } from "./bell.ts";
import { type Handler, readsOf } from "./handler.ts";
import { type WakingBatch, wokenKeys } from "./wake-keys.ts";
import { WorkPieces } from "./work-pieces.ts";
import type { NewWork, Origins, WorkStore } from "./work-store.ts";

export interface FeedPumpOptions<Joined> {
  readonly consumer: string;
  readonly handlers: readonly Handler[];
  readonly repo: Pick<Repo<Joined>, "readWithin">;
  readonly cursors: CursorStore<Joined>;
  readonly store: WorkStore<Joined>;
  /** Handlers that share a circle with each handler. */
  readonly circles: ReadonlyMap<string, ReadonlySet<string>>;
  readonly batchesMax: number;
  readonly waitMs: number;
  readonly clock: HostClock;
  /** Told of work once it is added, piece by piece: a change that concerns many rows takes long, and does not hang. */
  readonly onAdded: (work: readonly NewWork[]) => void;
  /** Told how long the work of a pull took, without the wait for it. */
  readonly onWorked?: (ms: number) => void;
}

/** Between looks for a commit that is not seen yet. */
const UNSEEN_MS = 2;
/** Times a pump's transaction is run in all when rows it reads change under it. */
const ATTEMPTS_MAX = 10;

export class FeedPump<Joined> {
  readonly #options: FeedPumpOptions<Joined>;
  readonly #reader: FeedReader;
  readonly #claimed: ClaimedCursor;
  readonly #bell: Bell;

  constructor(options: FeedPumpOptions<Joined>, reader: FeedReader, claimed: ClaimedCursor) {
    this.#options = options;
    this.#reader = reader;
    this.#claimed = claimed;
    this.#bell = new Bell(options.clock);
  }

  /** One pull. Resolves with the number of batches taken. */
  async step(signal?: AbortSignal): Promise<number> {
    const { batchesMax, waitMs, clock, onWorked } = this.#options;
    const pulled = await this.#reader.pull({ batchesMax, waitMs, ...(signal && { signal }) });
    const pulledMs = clock.monotonicMs();
    // A slot tells of a commit a moment before anybody else sees it, or longer where it waits for a standby.
    let added = await this.#store(pulled);
    while (added === undefined) {
      await this.#bell.wait(UNSEEN_MS, signal);
      // Nothing was stored: the next holder of the lease is told again.
      if (signal?.aborted) return 0;
      added = await this.#store(pulled);
    }
    if (added.length > 0) this.#options.onAdded(added);
    await this.#reader.acknowledge(pulled.cursor);
    if (pulled.batches.length > 0) onWorked?.(clock.monotonicMs() - pulledMs);
    return pulled.batches.length;
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  /** Resolves with undefined, and has stored nothing, while its snapshot does not hold all that was pulled. */
  async #store({ batches, cursor }: FeedPull): Promise<readonly NewWork[] | undefined> {
    const { store, cursors, consumer, repo, handlers } = this.#options;
    const { fence } = this.#claimed;
    return store.transaction(
      async (tx) => {
        if (
          !(await store.sees(
            tx,
            batches.map(({ xid }) => xid),
          ))
        )
          return undefined;
        const snapshot = repo.readWithin(tx, handlers.flatMap(readsOf));
        const origins = await this.#origins(tx, batches);
        const pieces = new WorkPieces(store, this.#options.onAdded);
        const byLane = Map.groupBy(batches, laneOf);
        for (const lane of LANES) {
          // A low batch stays low beside a high one: a backfill does not ride on a budget change.
          const ofLane = byLane.get(lane) ?? [];
          const upTo = lastOf(ofLane);
          // Beside each other: their queries are sent without waiting for the answers of the others.
          const woken = handlers.map(async (handler) => {
            for (const [rounds, come] of this.#byRounds(handler, ofLane, origins)) {
              const isHandedOn = ({ xid }: WakingBatch) => origins.get(xid)?.handedOn.includes(handler.name) === true;
              for await (const { keys, isWide } of wokenKeys(handler, come, snapshot, { isHandedOn })) {
                const own = isWide ? belowHigh(lane) : lane;
                for (const key of keys) await pieces.take({ handler: handler.name, key, lane: own, upTo, rounds });
              }
            }
          });
          await Promise.all(woken);
        }
        const [added] = await Promise.all([pieces.end(tx), cursors.save(tx, { consumer, fence }, cursor)]);
        return added;
      },
      { isolation: "repeatableRead", attemptsMax: ATTEMPTS_MAX },
    );
  }

  #origins(tx: Joined, batches: readonly ChangeBatch[]): Promise<Origins> {
    const { store, handlers } = this.#options;
    return store.origins(tx, { xids: batches.map(({ xid }) => xid), handlers: handlers.map(({ name }) => name) });
  }

  /** What comes from the handler's own circle has come round; everything else begins there. */
  #byRounds(handler: Handler, batches: readonly ChangeBatch[], origins: Origins) {
    const circle = this.#options.circles.get(handler.name);
    if (origins.size === 0 || circle === undefined) return [[0, batches]] as const;
    return Map.groupBy(batches, ({ xid }) => {
      const origin = origins.get(xid);
      return origin !== undefined && circle.has(origin.handler) ? origin.rounds : 0;
    });
  }
}

function lastOf(batches: readonly ChangeBatch[]): bigint {
  return batches.reduce((last, { seq }) => (seq > last ? seq : last), 0n);
}

/** A change of few rows does not wait for one of many: that of a budget reaches serving past the documents anyway. */
function belowHigh(lane: Lane): Lane {
  return lane === "high" ? "medium" : lane;
}

function laneOf({ lanes }: ChangeBatch): Lane {
  return LANES.find((lane) => lanes.includes(lane)) ?? "low";
}
