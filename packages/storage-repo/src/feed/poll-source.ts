import type { Queryable } from "@tenon/postgres";
import { CHANGE_BATCH, prepared } from "../postgres/names.ts";
import { SettledMark } from "./settled.ts";
import type { StoredBatch } from "./stored-batch.ts";

export interface StoredPage {
  readonly rows: readonly StoredBatch[];
  /** Everything up to it is in this page or an earlier one. */
  readonly upTo: bigint;
}

/** Where the poll takes its pages from. The real one is below; tests plant wrong ones. */
export interface PollSource {
  /** The next batches after `after`, and how far they reach. */
  next(after: bigint, rowsMax: number): Promise<StoredPage>;
}

export interface BatchRow {
  readonly xid: bigint;
  readonly seq: bigint;
  readonly at: bigint;
  readonly lanes: number;
  readonly schema: number;
  readonly settled: bigint | null;
  readonly body: string;
}

/** Qualified: a select list with a text named `xid` would otherwise be what ORDER BY sorts by. */
export const BATCH_COLUMNS = `batch.xid as xid, batch.seq as seq, batch.at_ms as at, batch.lanes as lanes,
  batch.schema_v as schema, batch.settled_seq as settled, batch.body::text as body`;

const settledPage = prepared(`select ${BATCH_COLUMNS} from ${CHANGE_BATCH} as batch
where batch.seq > $1 and batch.seq <= $2 order by batch.seq limit $3`);

/** Settled batches, in sequence order: the order in which transactions wrote any one row. */
export class SettledSource implements PollSource {
  readonly #database: Queryable;
  readonly #mark: SettledMark;
  #settled: bigint;

  constructor(database: Queryable, after: bigint) {
    this.#database = database;
    this.#mark = new SettledMark(database, after);
    this.#settled = after;
  }

  async next(after: bigint, rowsMax: number): Promise<StoredPage> {
    // While pages are full, what has settled already is read out before the mark is moved.
    if (after >= this.#settled) this.#settled = await this.#mark.look();
    if (after >= this.#settled) return { rows: [], upTo: after };
    const rows = await this.#database.query<BatchRow>(settledPage, [after, this.#settled, rowsMax]);
    const isFull = rows.length === rowsMax;
    return { rows: rows.map(storedBatch), upTo: isFull ? (rows.at(-1)?.seq ?? after) : this.#settled };
  }
}

export function storedBatch({ xid, seq, at, lanes, schema, settled, body }: BatchRow): StoredBatch {
  return { xid, seq, atMs: Number(at), lanes, schemaVersion: schema, settledSeq: settled ?? undefined, body };
}
