import { GraphError } from "@tenon/graph-core";
import type { Isolation } from "@tenon/postgres";
import type { RowChange } from "../api/change.ts";
import type { ChangeFeed, CursorStore } from "../api/change-feed.ts";
import type { AnyEntity } from "../api/entity.ts";
import { lanesOfBits } from "../api/lane.ts";
import { lanesOfChanges } from "../api/lanes-of-changes.ts";
import { WritePlanner } from "../api/planned-writes.ts";
import type { AnyRead } from "../api/read.ts";
import type {
  Repo,
  RepoTransaction,
  RepoTransactionOptions,
  Snapshot,
  WriteOptions,
  WriteResult,
} from "../api/repo.ts";
import { needsOneSnapshot, writtenTwice } from "../api/repo-error.ts";
import type { WriteSet } from "../api/write-set.ts";
import { ModelCursors, modelFeed } from "./model-feed.ts";
import { modelSnapshot } from "./model-snapshot.ts";
import { ModelStore } from "./model-store.ts";
import { ModelConflict, ModelTransaction } from "./model-transaction.ts";

const ATTEMPTS_DEFAULT = 5;

export interface ModelRepoOptions {
  /** ms since 1970, for `atMs`. Default: every batch is at 0. */
  readonly nowMs?: () => number;
  /** Seeded faults. An error of `beforeCommit` rolls back; one of `afterCommit` leaves the caller without the answer. */
  readonly faults?: { beforeCommit?(): Error | undefined; afterCommit?(): Error | undefined };
}

export interface ModelTransactionOptions {
  readonly isolation?: Isolation;
  readonly attemptsMax?: number;
  readonly onRetry?: (attempt: number, sqlState: string) => void;
}

/** The repository in memory: the same promises, for property tests and simulations. */
export class ModelRepo implements Repo<ModelTransaction> {
  readonly entities: readonly AnyEntity[];
  readonly feed: ChangeFeed;
  readonly cursors: CursorStore<ModelTransaction>;
  readonly #store = new ModelStore();
  readonly #planner: WritePlanner;
  readonly #options: ModelRepoOptions;

  constructor(entities: readonly AnyEntity[], options: ModelRepoOptions = {}) {
    this.entities = entities;
    this.#planner = new WritePlanner(entities);
    this.#options = options;
    this.feed = modelFeed(this.#store);
    this.cursors = new ModelCursors();
  }

  /** What `Database.transaction` is to the real one. */
  async transaction<Result>(
    work: (tx: ModelTransaction) => Promise<Result>,
    { isolation = "readCommitted", attemptsMax = 1, onRetry }: ModelTransactionOptions = {},
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      const tx = new ModelTransaction(this.#store, isolation);
      try {
        return await this.#attempt(tx, work);
      } catch (error) {
        if (!(error instanceof ModelConflict)) throw error;
        if (attempt >= attemptsMax) throw attemptsUsedUp(attempt, error);
        onRetry?.(attempt, error.sqlState);
      } finally {
        tx.end();
      }
    }
  }

  tx<Result>(work: (tx: RepoTransaction) => Promise<Result>, options: RepoTransactionOptions = {}): Promise<Result> {
    const { invariant = false, attemptsMax = ATTEMPTS_DEFAULT, onRetry, reads = [], lane } = options;
    const isolation = invariant ? "serializable" : (options.isolation ?? "repeatableRead");
    return this.transaction(
      (tx) => {
        tx.lane = lane;
        const write = (writeSet: WriteSet) => tx.write(this.#planner.plan(writeSet));
        return work({ ...snapshotOf(tx, reads), write });
      },
      { isolation, attemptsMax, ...(onRetry !== undefined && { onRetry }) },
    );
  }

  async write(tx: ModelTransaction, writeSet: WriteSet, options: WriteOptions = {}): Promise<WriteResult> {
    if (tx.recorded) throw writtenTwice();
    tx.recorded = true;
    tx.lane = options.lane;
    return tx.write(this.#planner.plan(writeSet));
  }

  read<Result>(reads: readonly AnyRead[], work: (snapshot: Snapshot) => Promise<Result>): Promise<Result> {
    return this.transaction((tx) => work(modelSnapshot(tx, reads)), { isolation: "repeatableRead" });
  }

  readWithin(tx: ModelTransaction, reads: readonly AnyRead[]): Snapshot {
    return snapshotOf(tx, reads);
  }

  async #attempt<Result>(tx: ModelTransaction, work: (tx: ModelTransaction) => Promise<Result>): Promise<Result> {
    const result = await work(tx);
    const before = this.#options.faults?.beforeCommit?.();
    if (before !== undefined) throw before;
    tx.commit((changes) => this.#batch(changes, tx));
    const after = this.#options.faults?.afterCommit?.();
    if (after !== undefined) throw after;
    return result;
  }

  #batch(changes: readonly RowChange[], { lane }: ModelTransaction) {
    const lanes = lanesOfBits(lanesOfChanges(this.entities, { changes, lane }));
    return { atMs: this.#options.nowMs?.() ?? 0, lanes, changes: [...changes] };
  }
}

function snapshotOf(tx: ModelTransaction, reads: readonly AnyRead[]): Snapshot {
  if (tx.isolation === "readCommitted" && reads.length > 0) throw needsOneSnapshot();
  return modelSnapshot(tx, reads);
}

/** TENON1502, the code of the transactions of @tenon/postgres: callers see one kind of failure. */
function attemptsUsedUp(attempts: number, cause: ModelConflict): Error {
  return new GraphError(`a transaction gave way to others ${attempts} times`, {
    code: "TENON1502",
    category: "resource",
    hint: "nothing was committed: allow more attempts, or write the same rows in one order everywhere",
    cause,
  });
}
