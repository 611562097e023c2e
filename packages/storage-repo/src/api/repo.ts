import type { Isolation, Transaction } from "@tenon/postgres";
import type { RowChange } from "./change.ts";
import type { AnyEntity, Key } from "./entity.ts";
import type { Lane } from "./lane.ts";
import type { AnyRead, RowOf } from "./read.ts";
import type { WriteSet } from "./write-set.ts";

/** Rows of one read; more is read page by page. */
export const ROWS_MAX = 10_000;

/** What became of a write set. */
export interface WriteResult {
  /** In the order of the record. Empty when nothing was newer. */
  readonly changes: readonly RowChange[];
  /** Writes dropped because what is stored is newer. */
  readonly stale: number;
  /** Writes that were stored already: same version, same content. */
  readonly repeated: number;
  /** Same version, other content: a producer counts wrongly. Dropped; at most `CONFLICTS_MAX` are named. */
  readonly conflicts: readonly VersionConflict[];
}

export const CONFLICTS_MAX = 20;

export interface VersionConflict {
  readonly entity: string;
  readonly group: string;
  readonly key: Key;
  readonly version: bigint;
}

/** Reads at one snapshot. Declared reads only. */
export interface Snapshot {
  /** Live rows of the keys, in key order; missing keys are left out. At most `ROWS_MAX` keys. */
  rows<Token extends AnyRead>(read: Token, keys: readonly RowOf<Token>["key"][]): Promise<readonly RowOf<Token>[]>;
  /**
   * Live rows with one of the values in a lookup column that the read declares, in key order.
   *
   * @throws GraphError TENON1525 for a column that is no lookup or not in the read, TENON1526 for more than `ROWS_MAX` rows
   */
  rowsBy<Token extends AnyRead>(
    read: Token,
    column: keyof RowOf<Token>["columns"] & string,
    values: readonly Key[],
  ): Promise<readonly RowOf<Token>[]>;
  /**
   * Keys of the next live rows after a key with one of the values in a lookup column that the read declares, in key order. For
   * lookups that bring any number of rows.
   *
   * @throws GraphError TENON1525 as `rowsBy`, TENON1526 for `keysMax` above `ROWS_MAX`
   */
  keysBy<Token extends AnyRead>(
    read: Token,
    column: keyof RowOf<Token>["columns"] & string,
    values: readonly Key[],
    page: { readonly after?: RowOf<Token>["key"] | undefined; readonly keysMax: number },
  ): Promise<readonly RowOf<Token>["key"][]>;
  /** The next live rows after a key, in key order: a scan, page by page. */
  page<Token extends AnyRead>(
    read: Token,
    page: { readonly after?: RowOf<Token>["key"] | undefined; readonly rowsMax: number },
  ): Promise<readonly RowOf<Token>[]>;
}

/** One transaction of the repository. */
export interface RepoTransaction extends Snapshot {
  /** Writes now, and adds to the transaction's one change batch. May be called more than once. */
  write(writeSet: WriteSet): Promise<WriteResult>;
}

export interface RepoTransactionOptions {
  /** What the work may read. Default: nothing. */
  readonly reads?: readonly AnyRead[];
  /** Default `repeatableRead`: one snapshot, and a retry when a row that is written changed since. */
  readonly isolation?: Isolation;
  /** The work holds an invariant across rows: SERIALIZABLE, and whole-table scans are avoided. */
  readonly invariant?: boolean;
  /** Runs of the work in all, retries included. Default 5. The work must have no effect but its writes. */
  readonly attemptsMax?: number;
  /** Puts the change batch into this lane, whatever the groups' classes: backfill and refresh are `low`. */
  readonly lane?: Lane;
  readonly backOff?: (attempt: number) => Promise<void>;
  readonly onRetry?: (attempt: number, sqlState: string) => void;
}

export interface WriteOptions {
  readonly lane?: Lane;
}

export interface BulkOptions {
  /** Rows per transaction, each with its own change batch. Default 5,000. */
  readonly rowsPerTransaction?: number;
  /** Default `low`. */
  readonly lane?: Lane;
}

export interface BulkResult {
  readonly rows: number;
  readonly applied: number;
  /** Stale, repeated and conflicting writes, together. */
  readonly dropped: number;
  readonly transactions: number;
}

/**
 * The repository: typed rows, and a record of what each transaction changed.
 *
 * R1 Every write goes through `tx`, `write` or `bulk` (or is logged by `admin`): the database refuses others.
 * R2 A transaction that changed rows has exactly one change batch, committed with it; one that changed nothing has none.
 * R3 A group is written only by a newer version. Final rows do not depend on the order of arrival.
 * R4 Reads of one transaction see one snapshot (unless `readCommitted` is asked for) and only declared columns.
 *
 * `Joined` is the transaction of the caller that `write` joins.
 */
export interface Repo<Joined = Transaction> {
  readonly entities: readonly AnyEntity[];
  /**
   * Runs work in one transaction and records what it changed.
   *
   * @throws GraphError TENON1502 when the attempts are used up, TENON1503 when the outcome is unknown, TENON1521 and TENON1522
   *   for write sets that do not fit
   */
  tx<Result>(work: (tx: RepoTransaction) => Promise<Result>, options?: RepoTransactionOptions): Promise<Result>;
  /**
   * Writes in the caller's transaction, with its one change batch: offset, write set and outbox commit together. Once per
   * transaction (TENON1524), after the caller's own reads of these tables; the caller's other writes may come before or after.
   */
  write(tx: Joined, writeSet: WriteSet, options?: WriteOptions): Promise<WriteResult>;
  /** Reads at one snapshot. */
  read<Result>(reads: readonly AnyRead[], work: (snapshot: Snapshot) => Promise<Result>): Promise<Result>;
  /** Reads within the caller's transaction, at its snapshot. */
  readWithin(tx: Joined, reads: readonly AnyRead[]): Snapshot;
}
