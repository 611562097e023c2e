import type { CurrentRow } from "../api/current-row.ts";
import type { AdsRows, AdsTable } from "../api/tables.ts";
import { columnsOf, keyColumn, SCHEMA, sqlColumn, sqlTable } from "../schema/names.ts";

/** Columns as the server answers them, under their names here. */
export function selectedColumns(table: AdsTable, alias: string): string {
  return columnsOf(table)
    .map((column) => `${alias}.${sqlColumn(column)} as "${column}"`)
    .join(", ");
}

/** `int8` comes as bigint; ids, micros and times are safe integers by the domains of the schema. */
export function toRow<Table extends AdsTable>(table: Table, values: Readonly<Record<string, unknown>>): AdsRows[Table] {
  const row: Record<string, unknown> = {};
  for (const column of columnsOf(table)) {
    const value = values[column];
    row[column] = typeof value === "bigint" ? Number(value) : value;
  }
  return row as unknown as AdsRows[Table];
}

/**
 * Rows and marks of deleted rows of one snapshot (V3 of schema/changes.ts), in the order of the keys `$1`. Lateral, so that each
 * key is looked up once whatever the planner believes about the number of keys.
 */
export function currentRowsQuery(table: AdsTable): string {
  const key = keyColumn(table);
  return `select asked.key as "$key", kept.row_version as "$version", kept.updated_at_ms as "$updatedAtMs",
    gone.row_version as "$goneVersion", gone.deleted_at_ms as "$deletedAtMs", ${selectedColumns(table, "kept")}
  from unnest($1::int8[]) with ordinality as asked (key, place)
  left join lateral (select * from ${sqlTable(table)} where ${key} = asked.key offset 0) as kept on true
  left join lateral (
    select row_version, deleted_at_ms from ${SCHEMA}.deleted_rows
    where kept.row_version is null and table_name = '${table}' and key in (0, asked.key)
    order by row_version desc limit 1
  ) as gone on true
  order by asked.place`;
}

interface StateColumns {
  readonly $key: bigint;
  readonly $version: bigint | null;
  readonly $updatedAtMs: bigint | null;
  readonly $goneVersion: bigint | null;
  readonly $deletedAtMs: bigint | null;
}
export type StateRow = StateColumns & Readonly<Record<string, unknown>>;

/** Version of a written row: even. */
export function versionOfWrite(rowVersion: bigint): number {
  return 2 * Number(rowVersion);
}

/** Version of a deletion: odd; 1 without one. */
function versionOfDelete(rowVersion: bigint | null): number {
  return 2 * Number(rowVersion ?? 0n) + 1;
}

export function toCurrentRow<Table extends AdsTable>(table: Table, state: StateRow): CurrentRow<Table> {
  const key = Number(state.$key);
  if (state.$version === null) {
    return {
      table,
      key,
      version: versionOfDelete(state.$goneVersion),
      updatedAtMs: Number(state.$deletedAtMs ?? 0n),
      row: null,
    };
  }
  return {
    table,
    key,
    version: versionOfWrite(state.$version),
    updatedAtMs: Number(state.$updatedAtMs ?? 0n),
    row: toRow(table, state),
  };
}
