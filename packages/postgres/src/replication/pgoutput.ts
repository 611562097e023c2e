/**
 * Reader of `pgoutput` messages, protocol version 1. Layout: PostgreSQL manual, "Logical Replication Message Formats".
 *
 * Tables may gain, lose and move columns in mid-stream: values are taken by the names of the table's last announcement.
 */
import { type PgoutputTuple, readTuple } from "./pgoutput-tuple.ts";
import { WireReader } from "./wire-reader.ts";

/** 1970 to 2000 in milliseconds: the server's clock starts in 2000. */
const EPOCH_2000_MS = 946_684_800_000n;

/** A table as the server announced it. */
export interface PgoutputRelation {
  /** Schema and name: `ads.campaigns`. */
  readonly name: string;
  readonly columns: readonly string[];
}

/** One message. Tuples are read before the message's bytes are gone. */
export type PgoutputMessage =
  | {
      readonly kind: "begin";
      /** Where the commit's record begins. */
      readonly commitLsn: bigint;
      readonly committedAtMs: number;
      /** The lower 32 bits of the transaction's id. */
      readonly transactionId: number;
    }
  | {
      readonly kind: "commit";
      /** Where the commit's record ends: the only kind of position that reading may go on from. */
      readonly endLsn: bigint;
    }
  | { readonly kind: "insert"; readonly relation: PgoutputRelation; readonly row: PgoutputTuple }
  | {
      readonly kind: "update";
      readonly relation: PgoutputRelation;
      /** Only when the key has changed, or the whole old row is published. */
      readonly before: PgoutputTuple | undefined;
      readonly row: PgoutputTuple;
    }
  | { readonly kind: "delete"; readonly relation: PgoutputRelation; readonly before: PgoutputTuple }
  | { readonly kind: "truncate"; readonly relations: readonly PgoutputRelation[] }
  | { readonly kind: "relation"; readonly relation: PgoutputRelation }
  | { readonly kind: "origin" | "type" };

/** Reads the messages of one stream, in order. */
export class PgoutputReader {
  readonly #relations = new Map<number, PgoutputRelation>();

  /** @throws Error for bytes that are no message of version 1, or a row of a table that was not announced */
  read(bytes: Buffer): PgoutputMessage {
    const wire = new WireReader(bytes);
    const letter = wire.character();
    switch (letter) {
      case "B":
        return {
          kind: "begin",
          commitLsn: wire.uint64(),
          committedAtMs: Number(wire.int64() / 1_000n + EPOCH_2000_MS),
          transactionId: wire.int32() >>> 0,
        };
      case "C":
        wire.passOver(9);
        return { kind: "commit", endLsn: wire.uint64() };
      case "R":
        return { kind: "relation", relation: this.#announce(wire) };
      case "I": {
        const relation = this.#relation(wire);
        return { kind: "insert", relation, row: markedTuple(wire, relation, "N") };
      }
      case "U": {
        const relation = this.#relation(wire);
        const before = wire.peek() === "N" ? undefined : markedTuple(wire, relation, "KO");
        return { kind: "update", relation, before, row: markedTuple(wire, relation, "N") };
      }
      case "D": {
        const relation = this.#relation(wire);
        return { kind: "delete", relation, before: markedTuple(wire, relation, "KO") };
      }
      case "T": {
        const count = wire.int32();
        wire.passOver(1);
        return { kind: "truncate", relations: Array.from({ length: count }, () => this.#relation(wire)) };
      }
      case "O":
        return { kind: "origin" };
      case "Y":
        return { kind: "type" };
      default:
        throw new Error(`a message of kind "${letter}"`);
    }
  }

  #announce(wire: WireReader): PgoutputRelation {
    const id = wire.int32();
    const name = `${wire.text()}.${wire.text()}`;
    wire.passOver(1);
    const columns: string[] = [];
    for (let left = wire.int16(); left > 0; left--) {
      wire.passOver(1);
      columns.push(wire.text());
      wire.passOver(8);
    }
    const relation = { name, columns };
    this.#relations.set(id, relation);
    return relation;
  }

  #relation(wire: WireReader): PgoutputRelation {
    const relation = this.#relations.get(wire.int32());
    if (relation === undefined) throw new Error("a row of a table not announced");
    return relation;
  }
}

/** A row after its mark: N new, K the old key, O the whole old row. */
function markedTuple(wire: WireReader, { columns }: PgoutputRelation, marks: string): PgoutputTuple {
  const mark = wire.character();
  if (!marks.includes(mark)) throw new Error(`a row marked "${mark}"`);
  return readTuple(wire, columns);
}
