/**
 * Pieces of transactions from `pgoutput` messages.
 *
 * D1 A transaction is committed when its first message comes: the server sends nothing of others, nor of ones that roll back. So
 *    its parts may be given out before its last message has come.
 * D2 What the tables of `api/tables.ts` do not know is left out, and told once per table.
 */
import {
  type PgoutputMessage,
  PgoutputReader,
  type PgoutputRelation,
  type PgoutputTuple,
} from "@tenon/postgres/replication";
import { type AdsTable, isAdsTable } from "../api/tables.ts";
import { logBroken } from "../errors.ts";
import { columnsOf, keyColumn, SCHEMA, sqlColumn } from "../schema/names.ts";
import type { ChangePiece, RowDelta } from "./change-log.ts";

export interface PieceDecoderOptions {
  /** Reading goes on from here: the position of pieces inside the first transaction. */
  readonly from: bigint;
  /** Deltas of one piece. */
  readonly deltasMax: number;
  readonly onUnknownTable?: ((name: string) => void) | undefined;
}

interface OpenTransaction {
  readonly commitLsn: bigint;
  readonly committedAtMs: number;
  readonly transactionId: number;
  first: number;
  deltas: RowDelta[];
}

export class PieceDecoder {
  readonly #options: PieceDecoderOptions;
  readonly #reader = new PgoutputReader();
  readonly #unknown = new Set<string>();
  /** Per announced list of columns: ours among them. */
  readonly #columns = new WeakMap<readonly string[], readonly string[]>();
  #open: OpenTransaction | undefined;
  #end: bigint;

  constructor(options: PieceDecoderOptions) {
    this.#options = options;
    this.#end = options.from;
  }

  get inTransaction(): boolean {
    return this.#open !== undefined;
  }

  /** @throws GraphError TENON1574 for what no reader of this log can understand */
  push(bytes: Buffer): ChangePiece | undefined {
    const message = this.#read(bytes);
    switch (message.kind) {
      case "begin": {
        if (this.#open !== undefined) throw logBroken("a transaction that begins inside another");
        const { commitLsn, committedAtMs, transactionId } = message;
        this.#open = { commitLsn, committedAtMs, transactionId, first: 0, deltas: [] };
        return undefined;
      }
      case "commit":
        return this.#commit(message.endLsn);
      case "insert":
      case "update":
      case "delete":
      case "truncate":
        return this.#rows(message);
      default:
        return undefined;
    }
  }

  #read(bytes: Buffer): PgoutputMessage {
    try {
      return this.#reader.read(bytes);
    } catch (error) {
      throw logBroken(error instanceof Error ? error.message : String(error), error);
    }
  }

  #commit(endLsn: bigint): ChangePiece {
    const open = this.#open;
    if (open === undefined) throw logBroken("a commit outside a transaction");
    this.#open = undefined;
    this.#end = endLsn;
    return { ...open, isLast: true, position: endLsn };
  }

  #rows(
    message: Extract<PgoutputMessage, { kind: "insert" | "update" | "delete" | "truncate" }>,
  ): ChangePiece | undefined {
    const open = this.#open;
    if (open === undefined) throw logBroken("a row outside a transaction");
    if (message.kind === "truncate") {
      for (const relation of message.relations) {
        const table = this.#tableOf(relation);
        if (table !== undefined) open.deltas.push({ operation: "truncate", table });
      }
    } else {
      const table = this.#tableOf(message.relation);
      if (table === undefined) return undefined;
      const gone = message.kind === "insert" ? undefined : message.before;
      if (gone !== undefined) this.#delete(open, table, gone, message.kind === "update" ? message.row : undefined);
      if (message.kind !== "delete") open.deltas.push(this.#write(table, message.row));
    }
    if (open.deltas.length < this.#options.deltasMax) return undefined;
    const { deltas, first } = open;
    open.deltas = [];
    open.first += deltas.length;
    return { ...open, deltas, first, isLast: false, position: this.#end };
  }

  /** An update that changes the key deletes one row and writes another. */
  #delete(open: OpenTransaction, table: AdsTable, before: PgoutputTuple, after: PgoutputTuple | undefined): void {
    const key = keyOf(table, before);
    if (after === undefined || keyOf(table, after) !== key) open.deltas.push({ operation: "delete", table, key });
  }

  #write(table: AdsTable, row: PgoutputTuple): RowDelta {
    const rowVersion = Number(textOf(table, row, "row_version"));
    return { operation: "write", table, key: keyOf(table, row), rowVersion, columns: this.#present(table, row) };
  }

  #present(table: AdsTable, { present }: PgoutputTuple): readonly string[] {
    const known = this.#columns.get(present);
    if (known !== undefined) return known;
    const columns = columnsOf(table).filter((column) => present.includes(sqlColumn(column)));
    this.#columns.set(present, columns);
    return columns;
  }

  #tableOf({ name }: PgoutputRelation): AdsTable | undefined {
    const table = name.startsWith(`${SCHEMA}.`) ? name.slice(SCHEMA.length + 1) : "";
    if (isAdsTable(table)) return table;
    if (!this.#unknown.has(name)) {
      this.#unknown.add(name);
      this.#options.onUnknownTable?.(name);
    }
    return undefined;
  }
}

function keyOf(table: AdsTable, row: PgoutputTuple): number {
  return Number(textOf(table, row, keyColumn(table)));
}

function textOf(table: AdsTable, row: PgoutputTuple, column: string): string {
  const value = row.text(column);
  if (value === undefined || value === null) throw logBroken(`a row of ${SCHEMA}.${table} without ${column}`);
  return value;
}
