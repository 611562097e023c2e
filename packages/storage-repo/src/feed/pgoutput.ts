/**
 * Transactions of one table that is only inserted into, from `pgoutput` messages. A transaction is given out whole, at its
 * commit.
 */
import { type PgoutputMessage, PgoutputReader, type PgoutputTuple } from "@tenon/postgres/replication";
import { streamBroken } from "../api/feed-errors.ts";
import type { StoredBatch } from "./stored-batch.ts";

/** Schema and name as the publication announces the table. */
const TABLE = "repo.change_batch";
/** Transactions of the repository hold one batch; an operator's may hold more. */
const ROWS_MAX = 100_000;

type Column = "xid" | "seq" | "at_ms" | "lanes" | "schema_v" | "body";

export interface DecodedTransaction {
  /** End of the commit record: the only kind of position that reading may go on from. */
  readonly endLsn: bigint;
  readonly rows: readonly StoredBatch[];
}

export class PgOutputDecoder {
  readonly #reader = new PgoutputReader();
  #open: StoredBatch[] | undefined;

  /** A transaction has begun and its commit has not come yet. */
  get inTransaction(): boolean {
    return this.#open !== undefined;
  }

  /** @throws GraphError TENON1536 for anything that this feed does not contain */
  push(bytes: Buffer): DecodedTransaction | undefined {
    const message = this.#read(bytes);
    switch (message.kind) {
      case "begin":
        if (this.#open !== undefined) throw streamBroken("a transaction that begins inside another");
        this.#open = [];
        return undefined;
      case "commit":
        return this.#commit(message.endLsn);
      case "insert":
        this.#insert(message.relation.name, message.row);
        return undefined;
      case "relation":
      case "origin":
      case "type":
        return undefined;
      default:
        throw streamBroken(`a message of kind "${message.kind}"`);
    }
  }

  #read(bytes: Buffer): PgoutputMessage {
    try {
      return this.#reader.read(bytes);
    } catch (error) {
      throw streamBroken(error instanceof Error ? error.message : String(error), error);
    }
  }

  #commit(endLsn: bigint): DecodedTransaction {
    const rows = this.#open;
    if (rows === undefined) throw streamBroken("a commit outside a transaction");
    this.#open = undefined;
    return { endLsn, rows };
  }

  #insert(table: string, row: PgoutputTuple): void {
    if (table !== TABLE) throw streamBroken(`a row of ${table}`);
    if (this.#open === undefined) throw streamBroken("a row outside a transaction");
    if (this.#open.length >= ROWS_MAX) throw streamBroken(`a transaction with more than ${ROWS_MAX} batches`);
    this.#open.push(toStored(row));
  }
}

function toStored(row: PgoutputTuple): StoredBatch {
  // An unchanged large value is never sent with an insert, so it is missing here like a column that is gone.
  const text = (name: Column): string => {
    const value = row.text(name);
    if (value === undefined || value === null) throw streamBroken(`a row without ${name}`);
    return value;
  };
  const settled = row.text("settled_seq");
  return {
    xid: BigInt(text("xid")),
    seq: BigInt(text("seq")),
    atMs: Number(text("at_ms")),
    lanes: Number(text("lanes")),
    schemaVersion: Number(text("schema_v")),
    settledSeq: settled === undefined || settled === null ? undefined : BigInt(settled),
    body: text("body"),
  };
}
