import type { Database } from "@tenon/postgres";
import type { AnyEntity } from "../api/entity.ts";
import { blobTableOf, marked, tableOf } from "./names.ts";

const ROWS_PER_TRANSACTION = 5_000;

/**
 * Removes rows that were deleted longer ago than any producer repeats its writes: after that nothing older can come and
 * bring the row back. Tells nobody: for readers they have been gone since their delete.
 *
 * @param olderThanMs longest replay window of the entity's producers
 * @returns rows removed
 */
export async function collectTombstones(database: Database, entity: AnyEntity, olderThanMs: number): Promise<number> {
  const hasBlobs = entity.groups.some((group) => group.blob);
  let removed = 0;
  for (;;) {
    const count = await database.transaction(async (tx) => {
      const gone = await tx.query<{ id: unknown }>(
        marked(`with old as (
           select id from ${tableOf(entity)}
           where deleted and deleted_at_ms < (extract(epoch from clock_timestamp()) * 1000)::bigint - $1
           order by id limit $2 for update
         )
         delete from ${tableOf(entity)} as stored using old where stored.id = old.id returning stored.id`),
        [olderThanMs, ROWS_PER_TRANSACTION],
      );
      const type = entity.keyType === "integer" ? "bigint" : "text";
      const ids = gone.map((row) => row.id);
      if (hasBlobs) await tx.execute(marked(`delete from ${blobTableOf(entity)} where id = any($1::${type}[])`), [ids]);
      return gone.length;
    });
    removed += count;
    if (count < ROWS_PER_TRANSACTION) return removed;
  }
}
