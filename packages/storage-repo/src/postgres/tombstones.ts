import type { Database, Queryable } from "@tenon/postgres";
import type { AnyEntity, Key } from "../api/entity.ts";
import { blobTableOf, marked, tableOf } from "./names.ts";
import { keyOf } from "./written-rows.ts";

const ROWS_PER_TRANSACTION = 5_000;

/**
 * Removes rows that were deleted longer ago than any producer repeats its writes: after that nothing older can come and
 * bring the row back. Tells nobody: for readers they have been gone since their delete.
 *
 * @param olderThanMs longest replay window of the entity's producers
 * @param options.unlessLive keeps those whose key is a live row of this entity: what others write into a deleted row is there
 *   when it comes back
 * @returns rows removed
 */
export async function collectTombstones(
  database: Database,
  entity: AnyEntity,
  olderThanMs: number,
  { unlessLive }: { readonly unlessLive?: AnyEntity } = {},
): Promise<number> {
  const kept = unlessLive === undefined ? "" : ` and not exists (${liveRow(unlessLive)})`;
  const hasBlobs = entity.groups.some((group) => group.blob);
  let removed = 0;
  for (;;) {
    const count = await database.transaction(async (tx) => {
      const gone = await tx.query<{ id: unknown }>(
        marked(`with old as (
           select id from ${tableOf(entity)} as gone
           where deleted and deleted_at_ms < (extract(epoch from clock_timestamp()) * 1000)::bigint - $1${kept}
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

function liveRow(entity: AnyEntity): string {
  return `select from ${tableOf(entity)} as live where live.id = gone.id and not live.deleted`;
}

export interface Tombstone {
  readonly key: Key;
  /** Of the delete. */
  readonly version: bigint;
  /** By the repository's clock. */
  readonly deletedAtMs: number;
}

/** Which of some rows were deleted, in key order. Rows that are there, and those whose tombstone was collected, are left out. */
export async function tombstonesOf(
  database: Queryable,
  entity: AnyEntity,
  keys: readonly Key[],
): Promise<readonly Tombstone[]> {
  const type = entity.keyType === "integer" ? "bigint" : "text";
  const rows = await database.query<{ id: unknown; version: bigint; at: bigint | null }>(
    `select id, ver_presence as version, deleted_at_ms as at
     from ${tableOf(entity)} where deleted and id = any($1::${type}[]) order by id`,
    [keys],
  );
  return rows.map(({ id, version, at }) => ({ key: keyOf(id), version, deletedAtMs: Number(at ?? 0n) }));
}
