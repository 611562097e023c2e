import type { Queryable } from "@tenon/postgres";
import { SCHEMA } from "./names.ts";

/**
 * Removes marks of rows that were deleted before `beforeMs`: they grow with every deletion. The newest number removed becomes that
 * of all rows of the table that are not there, so versions go on rising.
 *
 * Marks younger than the oldest open transaction stay, whatever `beforeMs` is: a re-insert that is under way may hold a number
 * below those of other rows' deletions.
 *
 * @returns how many marks were removed
 */
export async function forgetDeletedRows(
  database: Queryable,
  { beforeMs }: { readonly beforeMs: number },
): Promise<number> {
  const [row] = await database.query<{ removed: number }>(
    `with oldest as (
       select least($1::int8, (extract(epoch from min(xact_start)) * 1000)::int8) as before_ms from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()
     ), removed as (
       delete from ${SCHEMA}.deleted_rows where key <> 0 and deleted_at_ms < (select before_ms from oldest)
       returning table_name, row_version, deleted_at_ms
     ), kept as (
       insert into ${SCHEMA}.deleted_rows as floor
       select table_name, 0, max(row_version), max(deleted_at_ms) from removed group by table_name
       on conflict (table_name, key) do update set
         row_version = greatest(floor.row_version, excluded.row_version),
         deleted_at_ms = greatest(floor.deleted_at_ms, excluded.deleted_at_ms)
     )
     select count(*)::int4 as removed from removed`,
    [beforeMs],
  );
  return row?.removed ?? 0;
}
