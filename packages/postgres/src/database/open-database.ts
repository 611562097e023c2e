import pg from "pg";
import type { ConnectOptions } from "./connect-options.ts";
import type { Connection, Database, Statement, Transaction, TransactionOptions } from "./database.ts";
import { badOption, connectionFailed, connectionsExhausted, misuse } from "./errors.ts";
import { ACQUIRE_MS_DEFAULT, clientConfig, openConnection } from "./open-connection.ts";
import { Session } from "./session.ts";
import { runTransaction, type WithSession } from "./transaction.ts";
import { requirePostgresUrl } from "./url.ts";

const CONNECTIONS_DEFAULT = 10;
const WAITING_DEFAULT = 1_000;
/** An idle connection costs the server a process: let it go after this. */
const IDLE_MS_MAX = 30_000;

export interface DatabaseOptions extends ConnectOptions {
  /** Connections of the pool. Default 10; the server's `max_connections` bounds the sum over all processes. */
  readonly connectionsMax?: number;
  /** Callers that may wait for a connection at one time. Default 1,000; the next one is refused at once. */
  readonly waitingMax?: number;
  /** Told when a connection of the pool breaks, for counting. The pool replaces it. */
  readonly onConnectionLost?: (reason: Error) => void;
}

/**
 * Opens a pool of connections, after one connection has shown that the server answers.
 *
 * @throws GraphError TENON1500 when the server cannot be reached or refuses the user, TENON1507 for an unusable option
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  requirePostgresUrl(options.url);
  for (const name of ["connectionsMax", "waitingMax", "acquireMsMax"] as const) {
    const value = options[name];
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw badOption(`${name} is out of range`, {
      detail: `expected a whole number of at least 1, found ${value}`,
      hint: `correct ${name}, or leave it out for its default`,
    });
  }
  const database = new PooledDatabase(options);
  try {
    await database.readServerVersion();
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

class PooledDatabase implements Database {
  readonly #options: DatabaseOptions;
  readonly #pool: pg.Pool;
  readonly #sessions = new WeakMap<pg.ClientBase, Session>();
  readonly #connections = new Set<Connection>();
  readonly #connectionsMax: number;
  #serverVersion = 0;
  #working = 0;
  #closing: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#connectionsMax = options.connectionsMax ?? CONNECTIONS_DEFAULT;
    this.#pool = new pg.Pool({
      ...clientConfig(options),
      max: this.#connectionsMax,
      idleTimeoutMillis: IDLE_MS_MAX,
    });
    this.#pool.on("connect", (client) => {
      const session = new Session(client);
      this.#sessions.set(client, session);
      void session.gone.then((reason) => reason !== undefined && this.#options.onConnectionLost?.(reason));
    });
    // The pool repeats errors of idle connections, which the session has already heard.
    this.#pool.on("error", () => undefined);
  }

  get serverVersion(): number {
    return this.#serverVersion;
  }

  async readServerVersion(): Promise<void> {
    const [row] = await this.query<{ version: number }>("select current_setting('server_version_num')::int as version");
    this.#serverVersion = row?.version ?? 0;
  }

  async query<Row>(statement: string | Statement, values?: readonly unknown[]): Promise<readonly Row[]> {
    const { rows } = await this.#withSession((session) => session.run(statement, values));
    return rows as readonly Row[];
  }

  async execute(statement: string | Statement, values?: readonly unknown[]): Promise<number> {
    const { rowCount } = await this.#withSession((session) => session.runAlone(statement, values));
    return rowCount;
  }

  transaction<Result>(work: (tx: Transaction) => Promise<Result>, options?: TransactionOptions): Promise<Result> {
    return runTransaction(this.#withSession, work, options);
  }

  async connect(): Promise<Connection> {
    this.#requireOpen();
    const connection = await openConnection(this.#options);
    this.#connections.add(connection);
    void connection.lost.then(() => this.#connections.delete(connection));
    return connection;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#working > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    await Promise.all([...this.#connections].map((connection) => connection.close()));
    await this.#pool.end();
  }

  readonly #withSession: WithSession = async (use) => {
    this.#requireOpen();
    this.#working++;
    try {
      const client = await this.#acquire();
      const session = this.#sessions.get(client) as Session;
      try {
        return await use(session);
      } finally {
        client.release(!session.reusable);
      }
    } finally {
      this.#working--;
      if (this.#working === 0) this.#idle?.();
    }
  };

  async #acquire(): Promise<pg.PoolClient> {
    const { waitingMax = WAITING_DEFAULT, acquireMsMax = ACQUIRE_MS_DEFAULT, url } = this.#options;
    // Callers of this turn wait for idle connections, too, and get them in the next.
    const waiting = this.#pool.waitingCount - this.#pool.idleCount;
    const exhausted = (waited: string) =>
      connectionsExhausted({ connectionsMax: this.#connectionsMax, waiting: this.#pool.waitingCount, waited });
    if (waiting >= waitingMax) throw exhausted("no more may wait");
    try {
      return await this.#pool.connect();
    } catch (error) {
      if (error instanceof Error && error.message === "timeout exceeded when trying to connect") {
        throw exhausted(`waited ${acquireMsMax} ms`);
      }
      throw connectionFailed(url, error);
    }
  }

  #requireOpen(): void {
    if (this.#closing !== undefined)
      throw misuse("a database was used after close", "close it when its last user has stopped");
  }
}
