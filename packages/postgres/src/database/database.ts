/** A statement. One with a name is prepared once per connection and planned once more often. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /**
   * Rows come as arrays, values as the server wrote them (`ServerText`): for a reader that knows the types of its columns, at about
   * half the price of rows by name.
   */
  readonly texts?: true;
}

/** A value as text: `7`, `t`, `{"a": 1}`, `\\x0aff` for bytes. */
export type ServerText = string | null;

/** What can be sent in any case: it is written as text, without asking an object how. */
export type PlainValue = string | number | bigint | boolean | null;

/**
 * Runs statements. Values travel apart from the text (`$1`, `$2` …), never inside it. `int8` and `xid8` come back as
 * `bigint`, `bytea` as `Uint8Array`, `timestamptz` and `numeric` as text: times are stored as integer milliseconds.
 *
 * Statements on one connection run in the order they are given and are sent without waiting for earlier answers:
 * `Promise.all` over the reads of a transaction costs one round trip.
 *
 * @throws GraphError TENON1501 for a statement the server refused (`sqlStateOf` tells why), TENON1504 when the connection
 *   was lost, TENON1503 when it was lost while `execute` ran outside a transaction
 */
export interface Queryable {
  /** The rows of a statement. `Row` is the caller's claim: select exactly its columns. */
  query<Row>(statement: string | Statement, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** How many rows a statement touched. */
  execute(statement: string | Statement, values?: readonly unknown[]): Promise<number>;
}

export type Isolation = "readCommitted" | "repeatableRead" | "serializable";

export interface TransactionOptions {
  /** Default `readCommitted`. */
  readonly isolation?: Isolation;
  readonly readOnly?: boolean;
  /**
   * How often the work is run in all when the server asks for a retry (serialization failure, deadlock). Default 1: work
   * that is retried must have no effect but through the transaction.
   */
  readonly attemptsMax?: number;
  /** Waiting between attempts; by hand in tests. Default: random up to 5 ms, doubled per attempt, at most 200 ms. */
  readonly backOff?: (attempt: number) => Promise<void>;
  /** Told before each further attempt, for counting. */
  readonly onRetry?: (attempt: number, sqlState: string) => void;
}

/** One open transaction. Unusable once its work has settled. */
export interface Transaction extends Queryable {
  readonly isolation: Isolation;
  /**
   * Runs a statement as the last of the transaction: it is sent together with the commit, which saves its round trip. When
   * the server refuses it, the transaction is rolled back and rejects with TENON1501. Several run in the order given.
   */
  atCommit(statement: Statement, values: readonly PlainValue[]): void;
  /** Streams `COPY … FROM STDIN` data. Returns the rows copied. */
  copyIn(statement: string, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<number>;
}

/**
 * A connection of its own, outside the pool: for sessions that hold locks, listen or export a snapshot. It runs one
 * transaction at a time, and statements given beside an open transaction run inside it.
 */
export interface Connection extends Queryable {
  transaction<Result>(work: (tx: Transaction) => Promise<Result>, options?: TransactionOptions): Promise<Result>;
  /** Called with every notification of a channel that this connection listens to. Returns how to stop. */
  onNotification(told: (channel: string, payload: string) => void): () => void;
  /** Settles when the connection is gone, with the reason unless it was closed by `close`. */
  readonly lost: Promise<Error | undefined>;
  close(): Promise<void>;
}

/** A pool of connections to one server. */
export interface Database extends Queryable {
  /** As `server_version_num`, so 18.4 is 180004. */
  readonly serverVersion: number;
  /**
   * Runs work in one transaction: commits when it resolves, rolls back when it rejects.
   *
   * @throws GraphError TENON1502 when the attempts are used up; TENON1503 when the connection was lost while committing, so
   *   that the outcome is unknown: read back what would have been written; TENON1501 for a statement the server refused;
   *   TENON1504 when the connection was lost before the commit, so that nothing was written; TENON1505 when no connection
   *   became free; TENON1508 when the work resolved although a statement in it had failed; whatever the work rejects with
   */
  transaction<Result>(work: (tx: Transaction) => Promise<Result>, options?: TransactionOptions): Promise<Result>;
  /**
   * Opens a connection beside the pool; it does not count against `connectionsMax`.
   *
   * @throws GraphError TENON1500 when the server cannot be reached
   */
  connect(): Promise<Connection>;
  /** Waits for running work, then closes every connection. */
  close(): Promise<void>;
}
