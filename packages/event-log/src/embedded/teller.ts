import { randomUUID } from "node:crypto";
import type { Connection, Database } from "@tenon/postgres";

const CHANNEL = "tenon_log";
/** Partitions of one telling: its text stays well below the 8,000 bytes that the server takes. */
const KEYS_MAX = 200;

/**
 * Tells readers of other processes which partitions have grown, by `NOTIFY`. Not in the transaction of the append: transactions that
 * notify commit one by one, each with its wait for the disk. What a process that dies in between has not told, readers find by
 * looking.
 */
export class Teller {
  readonly #database: Database;
  readonly #self = randomUUID();
  #waiting = new Set<string>();
  #telling: Promise<void> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** One telling is out; what grows meanwhile goes with the next. */
  tell(key: string): void {
    this.#waiting.add(key);
    this.#telling ??= this.#tellAll();
  }

  /** Resolves when nothing is left to tell. */
  async told(): Promise<void> {
    await this.#telling;
  }

  /** Hears what other processes tell. */
  async listen(heard: (key: string) => void): Promise<Connection> {
    const connection = await this.#database.connect();
    connection.onNotification((_, payload) => {
      const [sender, ...keys] = payload.split(" ");
      if (sender !== this.#self) for (const key of keys) heard(key);
    });
    await connection.query(`listen ${CHANNEL}`);
    return connection;
  }

  async #tellAll(): Promise<void> {
    // Appends of this turn of the event loop are told of together.
    await Promise.resolve();
    while (this.#waiting.size > 0) {
      const keys = [...this.#waiting].slice(0, KEYS_MAX);
      for (const key of keys) this.#waiting.delete(key);
      const statement = { name: "event-log tell", text: `select pg_notify('${CHANNEL}', $1)` };
      await this.#database.query(statement, [[this.#self, ...keys].join(" ")]).catch(() => undefined);
    }
    this.#telling = undefined;
  }
}
