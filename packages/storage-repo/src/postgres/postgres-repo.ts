import type { Database, Transaction } from "@tenon/postgres";
import type { RowChange } from "../api/change.ts";
import type { AnyEntity } from "../api/entity.ts";
import { WritePlanner } from "../api/planned-writes.ts";
import type { AnyRead } from "../api/read.ts";
import type {
  BulkOptions,
  BulkResult,
  Repo,
  RepoTransaction,
  RepoTransactionOptions,
  Snapshot,
  WriteOptions,
  WriteResult,
} from "../api/repo.ts";
import { needsOneSnapshot, writtenTwice } from "../api/repo-error.ts";
import type { GroupWrite, WriteSet } from "../api/write-set.ts";
import { type AdminTransaction, runAdmin } from "./admin.ts";
import { BatchRecorder } from "./batch-recorder.ts";
import { bulkWrite } from "./bulk.ts";
import type { Dialect } from "./dialect.ts";
import { LockFirstDialect } from "./lock-first-dialect.ts";
import { sqlSnapshot } from "./read-path.ts";
import { ReturningDialect } from "./returning-dialect.ts";
import { applyWrites } from "./write-path.ts";

const ATTEMPTS_DEFAULT = 5;
/** First server with `RETURNING old, new`. */
const RETURNING_OLD_FROM = 180_000;

export interface PostgresRepoOptions {
  readonly database: Database;
  readonly entities: readonly AnyEntity[];
  /** From `installRepo`: the layout that change batches are written with. */
  readonly schemaVersion: number;
  /** Default: what the server can do. */
  readonly dialect?: Dialect;
}

/** The repository in Postgres 15 or later. */
export class PostgresRepo implements Repo {
  readonly entities: readonly AnyEntity[];
  readonly database: Database;
  readonly dialect: Dialect;
  readonly #planner: WritePlanner;
  readonly #recorder: BatchRecorder;
  readonly #written = new WeakSet<Transaction>();

  constructor({ database, entities, schemaVersion, dialect }: PostgresRepoOptions) {
    this.entities = entities;
    this.database = database;
    this.dialect = dialect ?? dialectOf(database);
    this.#planner = new WritePlanner(entities);
    this.#recorder = new BatchRecorder({ entities, dialect: this.dialect, schemaVersion });
  }

  tx<Result>(work: (tx: RepoTransaction) => Promise<Result>, options: RepoTransactionOptions = {}): Promise<Result> {
    const { invariant = false, reads = [], lane, attemptsMax = ATTEMPTS_DEFAULT, backOff, onRetry } = options;
    const isolation = invariant ? "serializable" : (options.isolation ?? "repeatableRead");
    return this.database.transaction(
      async (tx) => {
        // A whole-table scan locks the whole table for serialization: every other writer would have to retry.
        if (invariant) await tx.execute("set local enable_seqscan = off");
        const changes: RowChange[] = [];
        const write = async (writeSet: WriteSet) => {
          const result = await applyWrites(tx, this.dialect, this.#planner.plan(writeSet));
          changes.push(...result.changes);
          return result;
        };
        const result = await work({ ...this.#snapshot(tx, reads), write });
        this.#recorder.record(tx, changes, lane);
        return result;
      },
      { isolation, attemptsMax, ...(backOff !== undefined && { backOff }), ...(onRetry !== undefined && { onRetry }) },
    );
  }

  async write(tx: Transaction, writeSet: WriteSet, { lane }: WriteOptions = {}): Promise<WriteResult> {
    if (this.#written.has(tx)) throw writtenTwice();
    this.#written.add(tx);
    const result = await applyWrites(tx, this.dialect, this.#planner.plan(writeSet));
    this.#recorder.record(tx, result.changes, lane);
    return result;
  }

  read<Result>(reads: readonly AnyRead[], work: (snapshot: Snapshot) => Promise<Result>): Promise<Result> {
    return this.database.transaction((tx) => work(sqlSnapshot(tx, reads)), {
      isolation: "repeatableRead",
      readOnly: true,
    });
  }

  readWithin(tx: Transaction, reads: readonly AnyRead[]): Snapshot {
    return this.#snapshot(tx, reads);
  }

  /**
   * Loads many writes of one group by COPY, with the same masks and versions as `tx`. Not one transaction but several: a load
   * that fails is run again from its start, and what is stored already is dropped as repeated.
   */
  bulk(
    target: { readonly entity: AnyEntity; readonly group: string },
    writes: Iterable<GroupWrite> | AsyncIterable<GroupWrite>,
    options: BulkOptions = {},
  ): Promise<BulkResult> {
    return bulkWrite(
      { database: this.database, dialect: this.dialect, record: this.#recorder.record.bind(this.#recorder) },
      { ...target, writes },
      options,
    );
  }

  /** Any statement, for repairs: logged with its reason, and recorded as a change of every column of the rows it returns. */
  admin<Result>(reason: string, work: (admin: AdminTransaction) => Promise<Result>): Promise<Result> {
    return runAdmin({ database: this.database, record: this.#recorder.record.bind(this.#recorder) }, reason, work);
  }

  #snapshot(tx: Transaction, reads: readonly AnyRead[]): Snapshot {
    if (tx.isolation === "readCommitted" && reads.length > 0) throw needsOneSnapshot();
    return sqlSnapshot(tx, reads);
  }
}

export function dialectOf(database: Database): Dialect {
  return database.serverVersion >= RETURNING_OLD_FROM ? new ReturningDialect() : new LockFirstDialect();
}
