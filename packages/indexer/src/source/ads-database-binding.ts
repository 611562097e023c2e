/** The ads database as nodes ask for it: rows under the names of their tables. */
import { type AdsTable, type CurrentRow, type CurrentRows, sqlColumn } from "@tenon/ads-database";
import type { AdsDatabase, FoundRow, Json, MissingRow } from "@tenon/nodes";

/** Answers each ask with one row; asks of one turn become one query. */
export function adsDatabaseOf(rows: CurrentRows): AdsDatabase {
  return { row: async (at, signal) => asNodesSeeIt(await rows.row(at, signal)) };
}

/** Versions of rows are even, of their absence odd: nodes make them again from the row version. */
export function asNodesSeeIt({ version, updatedAtMs, row }: CurrentRow): FoundRow | MissingRow {
  if (row === null) return { isFound: false, lastRowVersion: (version - 1) / 2 };
  return { isFound: true, rowVersion: version / 2, updatedAtMs, columns: inSnakeCase(row) };
}

function inSnakeCase(row: object): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [sqlColumn(name), value as Json]));
}

/** Rows that a scan has read already: the same nodes, without asking again. */
export class ScannedRows implements AdsDatabase {
  readonly #rows = new Map<string, CurrentRow>();

  add(row: CurrentRow): void {
    this.#rows.set(idOf(row), row);
  }

  delete(row: CurrentRow): void {
    this.#rows.delete(idOf(row));
  }

  row(at: { readonly table: AdsTable; readonly key: number }): Promise<FoundRow | MissingRow> {
    const row = this.#rows.get(idOf(at));
    return row === undefined
      ? Promise.reject(new RangeError(`row ${at.key} of table "${at.table}" is not in the scan`))
      : Promise.resolve(asNodesSeeIt(row));
  }
}

function idOf({ table, key }: { readonly table: string; readonly key: number }): string {
  return `${table}:${key}`;
}
