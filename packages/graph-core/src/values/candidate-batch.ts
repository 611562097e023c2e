/**
 * Candidates of one request: ids and append-only named columns, one value per candidate.
 *
 * B1 A batch never changes. `with` and `select` give a new one that shares what it can.
 * B2 A column is written once: `with` refuses a name that exists.
 * B3 Ids are distinct. `rowOfId`, the slot schema and the codec refuse duplicates; building a batch does not pay for it.
 */
import { type Column, gather, handOver } from "./column.ts";
import { I32Column, i32Values } from "./columns.ts";
import { type IdColumn, idValues } from "./id-columns.ts";
import { type RowLineage, rootLineage, rowsIn } from "./row-lineage.ts";
import {
  columnDoesNotFit,
  columnExists,
  duplicateId,
  notAnAncestor,
  rowOutOfRange,
  unknownName,
} from "./value-error.ts";

export type ColumnRecord = Readonly<Record<string, Column>>;

/** Where columns that a batch does not hold itself come from: the same rows, or selected rows, of another batch. */
interface ColumnSource {
  readonly batch: CandidateBatch;
  readonly rows: Int32Array | undefined;
}

interface BatchParts {
  readonly ids: IdColumn;
  readonly own: ColumnRecord;
  readonly names: readonly string[];
  readonly source: ColumnSource | undefined;
  readonly lineage: RowLineage;
  readonly origin: BatchOrigin | undefined;
}

/** The batch this one was selected from, and its row there for each row here. */
export interface BatchOrigin {
  readonly batch: CandidateBatch;
  readonly rows: I32Column;
}

/** What checksums walk: columns held by the batch itself, and the batch the others come from. */
export interface BatchStorage {
  readonly ids: IdColumn;
  readonly own: ColumnRecord;
  readonly source: ColumnSource | undefined;
}

let batchStorage: (batch: CandidateBatch) => BatchStorage;
let replaceColumn: (batch: CandidateBatch, name: string, column: Column) => CandidateBatch;

export class CandidateBatch<out Columns extends ColumnRecord = ColumnRecord> {
  readonly tenonValue = "candidateBatch";
  readonly size: number;
  readonly ids: IdColumn;
  /** In the order they were added. */
  readonly columnNames: readonly string[];
  /** Set on a batch that came from `select`, also after `with`. */
  readonly origin: BatchOrigin | undefined;
  readonly #own: ColumnRecord;
  readonly #source: ColumnSource | undefined;
  readonly #lineage: RowLineage;
  /** Columns gathered from `#source` on first use. */
  readonly #gathered = new Map<string, Column>();
  /** Rows here as rows of batches further back. */
  #rowsOf: Map<CandidateBatch, Int32Array> | undefined;
  #rowOfId: ReadonlyMap<number, number> | undefined;

  private constructor(parts: BatchParts) {
    this.size = parts.ids.length;
    this.ids = parts.ids;
    this.columnNames = parts.names;
    this.origin = parts.origin;
    this.#own = parts.own;
    this.#source = parts.source;
    this.#lineage = parts.lineage;
    Object.freeze(this);
  }

  static {
    batchStorage = (batch) => ({ ids: batch.ids, own: batch.#own, source: batch.#source });
    replaceColumn = (batch, name, column) => {
      if (!batch.has(name)) throw unknownName("column", name, batch.columnNames);
      requireFit(name, column, batch.size);
      return new CandidateBatch({
        ids: batch.ids,
        own: Object.freeze({ [name]: column }),
        names: batch.columnNames,
        source: { batch, rows: undefined },
        lineage: batch.#lineage,
        origin: batch.origin,
      });
    };
  }

  /** A batch of `ids` (distinct) and columns of the same length. Throws TENON1155 for a column of another length. */
  static of<const Columns extends ColumnRecord>(ids: IdColumn, columns: Columns): CandidateBatch<Columns> {
    const own = Object.freeze({ ...columns });
    const names = Object.freeze(Object.keys(own));
    for (const name of names) requireFit(name, own[name] as Column, ids.length);
    const lineage = rootLineage(ids.length);
    return new CandidateBatch({ ids, own, names, source: undefined, lineage, origin: undefined });
  }

  /** A column by name; gathered on first use in a selected batch. Throws TENON1158 for an unknown name. */
  column<Name extends keyof Columns & string>(name: Name): Columns[Name];
  column(name: string): Column {
    if (Object.hasOwn(this.#own, name)) return this.#own[name] as Column;
    const known = this.#gathered.get(name);
    if (known !== undefined) return known;
    const { batch, rows } = this.#holderOf(name);
    const column = batch.#own[name] ?? (batch.#gathered.get(name) as Column);
    if (rows === undefined) return column;
    const gathered = gather(column, rows);
    this.#gathered.set(name, gathered);
    return gathered;
  }

  /**
   * The nearest batch on the way back that holds the column, and the row there for each row here; `undefined` rows are
   * the same rows. A column is gathered once, however many selections lie between.
   */
  #holderOf(name: string): { readonly batch: CandidateBatch; readonly rows: Int32Array | undefined } {
    let batch: CandidateBatch = this;
    let rows: Int32Array | undefined;
    while (!Object.hasOwn(batch.#own, name) && !batch.#gathered.has(name)) {
      const source = batch.#source;
      if (source === undefined) throw unknownName("column", name, this.columnNames);
      rows = rows === undefined ? source.rows : this.#composed(source, rows);
      batch = source.batch;
    }
    return { batch, rows };
  }

  /** `rows` of the batch before `source`, as rows of `source.batch`; kept, as most columns take the same way. */
  #composed({ batch, rows: selected }: ColumnSource, rows: Int32Array): Int32Array {
    if (selected === undefined) return rows;
    this.#rowsOf ??= new Map();
    let composed = this.#rowsOf.get(batch);
    if (composed === undefined) {
      composed = rows.map((row) => selected[row] as number);
      this.#rowsOf.set(batch, composed);
    }
    return composed;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#own, name) || (this.#source?.batch.has(name) ?? false);
  }

  /** This batch and one more column. Throws TENON1156 when the name exists, TENON1155 when the length differs. */
  with<const Name extends string, Added extends Column>(
    name: Name,
    column: Added,
  ): CandidateBatch<Columns & Readonly<Record<Name, Added>>> {
    if (this.has(name)) throw columnExists(name);
    requireFit(name, column, this.size);
    return new CandidateBatch({
      ids: this.ids,
      own: Object.freeze({ [name]: column as Column }),
      names: Object.freeze([...this.columnNames, name]),
      source: { batch: this, rows: undefined },
      lineage: this.#lineage,
      origin: this.origin,
    });
  }

  /**
   * The candidates of `rows`, in that order; each row at most once (B3). Columns are gathered when they are read.
   * Throws TENON1150 for a row outside the batch.
   */
  select(rows: I32Column | Int32Array | readonly number[]): CandidateBatch<Columns> {
    const own = toRows(rows instanceof I32Column ? i32Values(rows) : rows, this.size);
    return new CandidateBatch({
      ids: gather(this.ids, own),
      own: NO_COLUMNS,
      names: this.columnNames,
      source: { batch: this, rows: own },
      lineage: { size: own.length, parent: this.#lineage, rows: own },
      origin: Object.freeze({ batch: this, rows: handOver(NO_ROWS, own) }),
    });
  }

  /**
   * A column computed for an earlier batch, gathered to the rows of this one. `of` is this batch or one that led to it
   * by `select` and `with`; otherwise TENON1157. A column that is not `of`'s length: TENON1155.
   */
  align<Aligned extends Column>(column: Aligned, of: CandidateBatch): Aligned {
    requireFit("(aligned)", column, of.size);
    const rows = rowsIn(of.#lineage, this.#lineage);
    if (rows === undefined) throw notAnAncestor();
    return rows === "same" ? column : gather(column, rows);
  }

  /** Whether both batches hold the same candidates in the same order by descent, so that their columns are aligned. */
  sharesRows(other: CandidateBatch): boolean {
    return this.#lineage === other.#lineage;
  }

  /** Whether every id appears once (B3). Linear in the rows. */
  hasDistinctIds(): boolean {
    return new Set(idValues(this.ids)).size === this.size;
  }

  /** The row of an id, or -1. The first call builds an index. Throws TENON1164 when the batch holds an id twice. */
  rowOfId(id: number): number {
    this.#rowOfId ??= indexIds(this.ids);
    return this.#rowOfId.get(id) ?? -1;
  }
}

const NO_COLUMNS: ColumnRecord = Object.freeze({});
const NO_ROWS = I32Column.from([]);

function requireFit(name: string, column: Column, size: number): void {
  if (column.length !== size) throw columnDoesNotFit(name, column.length, size);
}

/** A private copy of `rows`, each checked to be a row of the batch: later gathers then cannot fail. */
function toRows(rows: Int32Array | readonly number[], size: number): Int32Array {
  const own = new Int32Array(rows.length);
  for (let index = 0; index < own.length; index++) {
    const row = rows[index] as number;
    if (row >>> 0 !== row || row >= size) throw rowOutOfRange("a batch", row, size);
    own[index] = row;
  }
  return own;
}

function indexIds(ids: IdColumn): ReadonlyMap<number, number> {
  const values = idValues(ids);
  const rows = new Map<number, number>();
  for (let row = 0; row < values.length; row++) {
    const id = values[row] as number;
    const first = rows.get(id);
    if (first !== undefined) throw duplicateId(id, first, row);
    rows.set(id, row);
  }
  return rows;
}

/** The origin rows as an array, for the runtime's reason ledger. */
export function originRows(origin: BatchOrigin): Int32Array {
  return i32Values(origin.rows);
}

export {
  batchStorage,
  /** For what-if alone: the batch with another column under a name that it has (against B2); same candidates, same descent. */
  replaceColumn,
};
