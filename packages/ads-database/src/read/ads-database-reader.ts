/**
 * Reads rows as they are now, many at a time.
 *
 * R1 Asks of one turn become one query per table and `KEYS_PER_QUERY_MAX` keys. A query is sent after its asks, so it sees what
 *    was committed before them.
 * R2 Asks that wait and asks that run are bounded together; what is beyond is refused at once.
 */
import type { Database } from "@tenon/postgres";
import type { CurrentRow, CurrentRows, RowKey } from "../api/current-row.ts";
import type { AdsTable } from "../api/tables.ts";
import { tooManyAsks } from "../errors.ts";
import { currentRowsQuery, type StateRow, toCurrentRow } from "./row-query.ts";

/** Keys of one query: wide rows of this many stay below a few megabytes. */
const KEYS_PER_QUERY_MAX = 500;
/** Asks under way at one time. */
const ASKS_MAX = 20_000;
/** Queries under way at one time; the database's pool bounds connections of its own. */
const QUERIES_MAX = 4;

interface Ask extends RowKey {
  readonly resolve: (row: CurrentRow) => void;
  readonly reject: (reason: unknown) => void;
}

export interface AdsDatabaseReaderOptions {
  /** Keys of one query. Default 500. */
  readonly keysPerQueryMax?: number;
  /** Asks under way at one time; the next one is refused. Default 20,000. */
  readonly asksMax?: number;
  /** Queries under way at one time. Default 4. */
  readonly queriesMax?: number;
  /** Told of every query, for counting. */
  readonly onQuery?: (table: AdsTable, keys: number) => void;
}

export class AdsDatabaseReader implements CurrentRows {
  readonly #database: Database;
  readonly #keysPerQueryMax: number;
  readonly #asksMax: number;
  readonly #queriesMax: number;
  readonly #onQuery: AdsDatabaseReaderOptions["onQuery"];
  readonly #waiting = new Map<AdsTable, Ask[]>();
  #asks = 0;
  #queries = 0;
  #scheduled = false;

  constructor(database: Database, options: AdsDatabaseReaderOptions = {}) {
    this.#database = database;
    this.#keysPerQueryMax = options.keysPerQueryMax ?? KEYS_PER_QUERY_MAX;
    this.#asksMax = options.asksMax ?? ASKS_MAX;
    this.#queriesMax = options.queriesMax ?? QUERIES_MAX;
    this.#onQuery = options.onQuery;
  }

  row<Table extends AdsTable>(ask: RowKey<Table>, signal?: AbortSignal): Promise<CurrentRow<Table>> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (this.#asks >= this.#asksMax) return Promise.reject(tooManyAsks(this.#asks + 1, this.#asksMax));
    const answer = this.#ask(ask);
    return (signal === undefined ? answer : orAborted(answer, signal)) as Promise<CurrentRow<Table>>;
  }

  async rows(asks: readonly RowKey[], signal?: AbortSignal): Promise<readonly CurrentRow[]> {
    signal?.throwIfAborted();
    // All or none: a part of the asks would be read for nobody.
    if (this.#asks + asks.length > this.#asksMax) throw tooManyAsks(this.#asks + asks.length, this.#asksMax);
    const answers = Promise.all(asks.map((ask) => this.#ask(ask)));
    return signal === undefined ? answers : orAborted(answers, signal);
  }

  #ask({ table, key }: RowKey): Promise<CurrentRow> {
    const { promise, resolve, reject } = Promise.withResolvers<CurrentRow>();
    const asks = this.#waiting.get(table);
    if (asks === undefined) this.#waiting.set(table, [{ table, key, resolve, reject }]);
    else asks.push({ table, key, resolve, reject });
    this.#asks++;
    this.#schedule();
    return promise;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After the microtasks: nodes of one turn ask together.
    setImmediate(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    for (const [table, asks] of this.#waiting) {
      while (asks.length > 0) {
        if (this.#queries >= this.#queriesMax) return;
        void this.#query(table, asks.splice(0, this.#keysPerQueryMax));
      }
      this.#waiting.delete(table);
    }
  }

  async #query(table: AdsTable, asks: readonly Ask[]): Promise<void> {
    this.#queries++;
    try {
      const keys = [...new Set(asks.map(({ key }) => key))];
      this.#onQuery?.(table, keys.length);
      const states = await this.#database.query<StateRow>(
        { name: `ads_rows_${table}`, text: currentRowsQuery(table) },
        [keys],
      );
      const rows = new Map(states.map((state) => [Number(state.$key), toCurrentRow(table, state)]));
      for (const { key, resolve } of asks) resolve(rows.get(key) as CurrentRow);
    } catch (error) {
      for (const { reject } of asks) reject(error);
    } finally {
      this.#queries--;
      this.#asks -= asks.length;
      this.#send();
    }
  }
}

/** The query goes on for others; this caller hears the abort. */
function orAborted<Value>(answer: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
