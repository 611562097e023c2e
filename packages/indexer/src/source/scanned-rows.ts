/** Rows that a scan has read already: the gateway's nodes, without asking again. */
import type { AdsTable, CurrentRow } from "@tenon/ads-database";
import type { AdsDatabase, SourceRowState } from "@tenon/nodes";

export class ScannedRows implements AdsDatabase {
  readonly #rows = new Map<string, CurrentRow>();

  add(row: CurrentRow): void {
    this.#rows.set(idOf(row), row);
  }

  delete(row: CurrentRow): void {
    this.#rows.delete(idOf(row));
  }

  row(at: { readonly table: AdsTable; readonly key: number }): Promise<SourceRowState> {
    const row = this.#rows.get(idOf(at));
    return row === undefined
      ? Promise.reject(new RangeError(`row ${at.key} of table "${at.table}" is not in the scan`))
      : Promise.resolve(row);
  }
}

function idOf({ table, key }: { readonly table: string; readonly key: number }): string {
  return `${table}:${key}`;
}
