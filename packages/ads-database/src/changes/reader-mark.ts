/**
 * What a slot's reader has stored, beside the slot: the server's own record cannot tell a slot that was made anew or moved.
 *
 * M1 The mark is written before the server is told, so a slot is never ahead of its mark unless somebody else moved it.
 */
import type { Queryable } from "@tenon/postgres";
import { lsnOf, lsnText, type SystemIdentity } from "@tenon/postgres/replication";
import { logGone, logUnknown } from "../errors.ts";
import { SCHEMA } from "../schema/names.ts";

export interface ReaderMark {
  readonly history: string;
  readonly acknowledged: bigint;
}

/** Changes with every new cluster, promotion and recovery to a point in time: positions of two histories do not compare. */
export function historyOf({ systemId, timeline }: SystemIdentity): string {
  return `${systemId}.${timeline}`;
}

/** @throws GraphError TENON1570 without one */
export async function readMark(database: Queryable, slot: string): Promise<ReaderMark> {
  const [row] = await database.query<{ history: string; acknowledged: string }>(
    `select history, acknowledged::text as acknowledged from ${SCHEMA}.change_log_readers where slot = $1`,
    [slot],
  );
  if (row === undefined) throw logUnknown(slot);
  return { history: row.history, acknowledged: lsnOf(row.acknowledged) };
}

export async function putMark(database: Queryable, slot: string, { history, acknowledged }: ReaderMark): Promise<void> {
  await database.execute(
    `insert into ${SCHEMA}.change_log_readers values ($1, $2, $3::pg_lsn, ${SCHEMA}.now_ms())
     on conflict (slot) do update
       set history = excluded.history, acknowledged = excluded.acknowledged, updated_at_ms = excluded.updated_at_ms`,
    [slot, history, lsnText(acknowledged)],
  );
}

/** Never goes back. @throws GraphError TENON1570 when the mark is gone */
export async function moveMark(database: Queryable, slot: string, acknowledged: bigint): Promise<void> {
  const moved = await database.execute(
    `update ${SCHEMA}.change_log_readers
     set acknowledged = greatest(acknowledged, $2::pg_lsn), updated_at_ms = ${SCHEMA}.now_ms() where slot = $1`,
    [slot, lsnText(acknowledged)],
  );
  if (moved !== 1) throw logGone(slot, "no mark of its reader, which was there");
}

export async function removeMark(database: Queryable, slot: string): Promise<void> {
  await database.execute(`delete from ${SCHEMA}.change_log_readers where slot = $1`, [slot]);
}
