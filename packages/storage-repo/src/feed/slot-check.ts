import type { Queryable } from "@tenon/postgres";
import { lsnOf, lsnText } from "@tenon/postgres/replication";
import type { SlotCursor } from "../api/change-feed.ts";
import { otherHistory, slotAhead, slotGone } from "../api/feed-errors.ts";

interface SlotRow {
  readonly wal_status: string | null;
  readonly confirmed: string | null;
  readonly now: string;
}

/**
 * What the server does not say by itself: it starts a slot that was made anew, or that was moved past the cursor, without an
 * error, and leaves out what lies between.
 *
 * @throws GraphError TENON1530 for a slot that is missing or lost, TENON1531 for one past the cursor, TENON1532 for a server
 *   that has not come to the cursor yet
 */
export async function requireSlotAtCursor(database: Queryable, { slot, lsn }: SlotCursor): Promise<void> {
  const [row] = await database.query<SlotRow>(
    `select s.wal_status, s.confirmed_flush_lsn::text as confirmed, pg_current_wal_lsn()::text as now
     from (select 1) as one left join pg_replication_slots as s on s.slot_name = $1`,
    [slot],
  );
  const confirmed = row?.confirmed ?? undefined;
  if (row === undefined || confirmed === undefined) throw slotGone(slot, "no such slot");
  if (row.wal_status === "lost") throw slotGone(slot, "a slot whose log was removed");
  if (lsnOf(confirmed) > lsn) throw slotAhead(slot, { confirmed, cursor: lsnText(lsn) });
  if (lsnOf(row.now) < lsn) {
    throw otherHistory({ stored: `position ${lsnText(lsn)}`, current: `a log that ends at ${row.now}` });
  }
}
