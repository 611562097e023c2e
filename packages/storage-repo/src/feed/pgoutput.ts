/**
 * Decoder of `pgoutput`, protocol version 1, for one table that is only inserted into. Message layout: PostgreSQL manual,
 * "Logical Replication Message Formats". A transaction is given out whole, at its commit.
 *
 * The table may gain and move columns in mid-stream: values are taken by the names of the last relation message.
 */
import { streamBroken } from "../api/feed-errors.ts";
import type { StoredBatch } from "./stored-batch.ts";

/** Schema and name as the publication announces the table. */
const TABLE = "repo.change_batch";
const COLUMNS = ["xid", "seq", "at_ms", "lanes", "schema_v", "settled_seq", "body"] as const;
/** Transactions of the repository hold one batch; an operator's may hold more. */
const ROWS_MAX = 100_000;

type Column = (typeof COLUMNS)[number];

export interface DecodedTransaction {
  /** End of the commit record: the only kind of position that reading may go on from. */
  readonly endLsn: bigint;
  readonly rows: readonly StoredBatch[];
}

interface Relation {
  readonly name: string;
  readonly columns: readonly string[];
}

export class PgOutputDecoder {
  readonly #relations = new Map<number, Relation>();
  #open: StoredBatch[] | undefined;

  /** A transaction has begun and its commit has not come yet. */
  get inTransaction(): boolean {
    return this.#open !== undefined;
  }

  /** @throws GraphError TENON1536 for anything that this feed does not contain */
  push(message: Buffer): DecodedTransaction | undefined {
    const kind = String.fromCharCode(message[0] ?? 0);
    switch (kind) {
      case "B":
        if (this.#open !== undefined) throw streamBroken("a transaction that begins inside another");
        this.#open = [];
        return undefined;
      case "C":
        return this.#commit(message);
      case "R":
        this.#relation(new MessageReader(message));
        return undefined;
      case "I":
        this.#insert(new MessageReader(message));
        return undefined;
      case "O":
      case "Y":
        return undefined;
      default:
        throw streamBroken(`a message of kind "${kind}"`);
    }
  }

  #commit(message: Buffer): DecodedTransaction {
    const rows = this.#open;
    if (rows === undefined) throw streamBroken("a commit outside a transaction");
    this.#open = undefined;
    return { endLsn: message.readBigUInt64BE(10), rows };
  }

  #relation(reader: MessageReader): void {
    const id = reader.int32();
    const name = `${reader.text()}.${reader.text()}`;
    reader.passOver(1);
    const columns: string[] = [];
    for (let left = reader.int16(); left > 0; left--) {
      reader.passOver(1);
      columns.push(reader.text());
      reader.passOver(8);
    }
    this.#relations.set(id, { name, columns });
  }

  #insert(reader: MessageReader): void {
    const relation = this.#relations.get(reader.int32());
    if (relation?.name !== TABLE) throw streamBroken(`a row of ${relation?.name ?? "a table not announced"}`);
    if (this.#open === undefined) throw streamBroken("a row outside a transaction");
    if (this.#open.length >= ROWS_MAX) throw streamBroken(`a transaction with more than ${ROWS_MAX} batches`);
    reader.passOver(1);
    this.#open.push(toStored(readTuple(reader, relation.columns)));
  }
}

/** `null` is NULL; a column that is left out is absent. */
function readTuple(reader: MessageReader, columns: readonly string[]): Readonly<Record<string, string | null>> {
  const values: Record<string, string | null> = {};
  const count = reader.int16();
  for (let index = 0; index < count; index++) {
    const kind = reader.character();
    const name = columns[index];
    if (name === undefined) throw streamBroken("more values than the table has columns");
    if (kind === "n") values[name] = null;
    else if (kind === "t") values[name] = reader.sized();
    // An unchanged large value ("u") is never sent with an insert: taken for a value it would be a false change.
    else throw streamBroken(`a value of kind "${kind}" in column "${name}"`);
  }
  return values;
}

function toStored(values: Readonly<Record<string, string | null>>): StoredBatch {
  const text = (name: Column): string => {
    const value = values[name];
    if (value === undefined || value === null) throw streamBroken(`a row without ${name}`);
    return value;
  };
  const settled = values.settled_seq;
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

class MessageReader {
  readonly #bytes: Buffer;
  #at = 1;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  passOver(bytes: number): void {
    this.#at += bytes;
  }

  character(): string {
    return String.fromCharCode(this.#bytes[this.#at++] ?? 0);
  }

  /** Up to a zero byte. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    const text = this.#bytes.toString("utf8", this.#at, end);
    this.#at = end + 1;
    return text;
  }

  sized(): string {
    const length = this.int32();
    this.#at += length;
    return this.#bytes.toString("utf8", this.#at - length, this.#at);
  }
}
