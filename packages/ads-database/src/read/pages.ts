import type { Queryable } from "@tenon/postgres";
import type { AdsRows, AdsTable } from "../api/tables.ts";
import { keyColumn, sqlTable } from "../schema/names.ts";
import { type StateRow, selectedColumns, toRow, versionOfWrite } from "./row-query.ts";

const ROWS_MAX = 1_000;

export interface PagesOptions {
  /** Begins after this key. Default 0: at the first row. */
  readonly after?: number;
  /** Rows of one page. Default 1,000. */
  readonly rowsMax?: number;
  /** Bring the columns, too. Default false: keys and versions, for comparing. */
  readonly columns?: boolean;
  readonly signal?: AbortSignal;
}

export interface ScannedRow<Table extends AdsTable = AdsTable> {
  readonly key: number;
  readonly version: number;
  readonly updatedAtMs: number;
  /** With `columns` only. */
  readonly row: AdsRows[Table] | undefined;
}

/**
 * A whole table, ascending by key, in pages that are read when they are asked for. Each page is a snapshot of its own: a row
 * that is written meanwhile is in the change log.
 */
export async function* pages<Table extends AdsTable>(
  database: Queryable,
  table: Table,
  { after = 0, rowsMax = ROWS_MAX, columns = false, signal }: PagesOptions = {},
): AsyncGenerator<readonly ScannedRow<Table>[], void> {
  const key = keyColumn(table);
  const text = `select ${key} as "$key", row_version as "$version", updated_at_ms as "$updatedAtMs"
    ${columns ? `, ${selectedColumns(table, "kept")}` : ""}
    from ${sqlTable(table)} as kept where ${key} > $1 order by ${key} limit $2`;
  const statement = { name: `ads_page_${table}${columns ? "_columns" : ""}`, text };
  for (let last = after; ; ) {
    signal?.throwIfAborted();
    const states = await database.query<StateRow & { readonly $version: bigint }>(statement, [last, rowsMax]);
    const rows = states.map((state) => ({
      key: Number(state.$key),
      version: versionOfWrite(state.$version),
      updatedAtMs: Number(state.$updatedAtMs ?? 0n),
      row: columns ? toRow(table, state) : undefined,
    }));
    if (rows.length > 0) yield rows;
    if (rows.length < rowsMax) return;
    last = rows.at(-1)?.key ?? last;
  }
}
