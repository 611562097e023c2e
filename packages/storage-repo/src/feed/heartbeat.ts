import type { Database } from "@tenon/postgres";
import { CHANGE_BATCH, prepared } from "../postgres/names.ts";
import { SettledMark } from "./settled.ts";

const HEARTBEAT_MS_DEFAULT = 1_000;

const insertBeat = prepared(`insert into ${CHANGE_BATCH} (lanes, schema_v, settled_seq, body) values (0, 0, $1, '[]')`);

/**
 * Writes, now and then, how far everything has settled. A slot's consumer that has received it has received every batch up to
 * it, so that the slot may be lost without loss; it also moves idle slots on. One per database is enough, more do no harm.
 */
export class Heartbeat {
  readonly #database: Database;
  readonly #mark: SettledMark;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();

  /** @param onError told when a beat fails; the next one is tried all the same */
  constructor(database: Database, onError: (error: unknown) => void) {
    this.#database = database;
    this.#mark = new SettledMark(database, 0n);
    this.#onError = onError;
  }

  /** One beat. Answers what had settled, which by then has been written. */
  async beat(): Promise<bigint> {
    const settled = await this.#mark.look();
    await this.#database.execute(insertBeat, [settled]);
    return settled;
  }

  /** @param everyMs default 1,000 */
  start(everyMs = HEARTBEAT_MS_DEFAULT): void {
    this.#timer ??= setInterval(() => {
      this.#beating = this.#beating.then(() => this.beat()).then(() => undefined, this.#onError);
    }, everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#beating;
  }
}
