import pg from "pg";
import type { ConnectOptions } from "./connect-options.ts";
import type { Connection, Statement, Transaction, TransactionOptions } from "./database.ts";
import { connectionFailed, misuse } from "./errors.ts";
import { Session } from "./session.ts";
import { runTransaction } from "./transaction.ts";
import { valueTypes } from "./values.ts";

export const ACQUIRE_MS_DEFAULT = 10_000;
/** Below the few minutes after which routers forget quiet connections. */
const KEEP_ALIVE_AFTER_MS = 30_000;

export function clientConfig({ url, acquireMsMax, applicationName }: ConnectOptions): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: applicationName ?? "tenon",
    connectionTimeoutMillis: acquireMsMax ?? ACQUIRE_MS_DEFAULT,
    types: valueTypes,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    pipeline: true,
  };
}

/** @throws GraphError TENON1500 when the server cannot be reached or refuses the user */
export async function openConnection(options: ConnectOptions): Promise<Connection> {
  const client = new pg.Client(clientConfig(options));
  const session = new Session(client);
  try {
    await client.connect();
  } catch (error) {
    // Ends a half-open socket, too; there is nothing more to learn from it.
    client.end().catch(() => undefined);
    throw connectionFailed(options.url, error);
  }
  return new DedicatedConnection(client, session);
}

class DedicatedConnection implements Connection {
  readonly lost: Promise<Error | undefined>;
  readonly #client: pg.Client;
  readonly #session: Session;
  #transacting = false;
  #closing: Promise<void> | undefined;

  constructor(client: pg.Client, session: Session) {
    this.#client = client;
    this.#session = session;
    this.lost = session.gone.then((reason) => (this.#closing === undefined ? reason : undefined));
  }

  async query<Row>(statement: string | Statement, values?: readonly unknown[]): Promise<readonly Row[]> {
    this.#requireOpen();
    return (await this.#session.run(statement, values)).rows as readonly Row[];
  }

  async execute(statement: string | Statement, values?: readonly unknown[]): Promise<number> {
    this.#requireOpen();
    const { rowCount } = this.#transacting
      ? await this.#session.run(statement, values)
      : await this.#session.runAlone(statement, values);
    return rowCount;
  }

  transaction<Result>(work: (tx: Transaction) => Promise<Result>, options?: TransactionOptions): Promise<Result> {
    return runTransaction(
      async (use) => {
        this.#requireOpen();
        if (this.#transacting) {
          throw misuse("a connection was asked for a second transaction at a time", "await the first, or use the pool");
        }
        this.#transacting = true;
        try {
          return await use(this.#session);
        } finally {
          this.#transacting = false;
        }
      },
      work,
      options,
    );
  }

  onNotification(told: (channel: string, payload: string) => void): () => void {
    const listener = ({ channel, payload }: pg.Notification) => told(channel, payload ?? "");
    this.#client.on("notification", listener);
    return () => this.#client.removeListener("notification", listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#client.end();
    return this.#closing;
  }

  #requireOpen(): void {
    if (this.#closing === undefined) return;
    throw misuse("a connection was used after close", "close it when its last user has stopped");
  }
}
