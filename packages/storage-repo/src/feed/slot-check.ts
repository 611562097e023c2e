import type { Queryable } from "@tenon/postgres";
import { lsnText, slotState } from "@tenon/postgres/replication";
import type { SlotCursor } from "../api/change-feed.ts";
import { otherHistory, slotAhead, slotGone } from "../api/feed-errors.ts";

/**
 * What the server does not say by itself: it starts a slot that was made anew, or that was moved past the cursor, without an
 * error, and leaves out what lies between.
 *
 * @throws GraphError TENON1530 for a slot that is missing or lost, TENON1531 for one past the cursor, TENON1532 for a server
 *   that has not come to the cursor yet
 */
export async function requireSlotAtCursor(database: Queryable, { slot, lsn }: SlotCursor): Promise<void> {
  const state = await slotState(database, slot);
  if (state.slot === undefined) throw slotGone(slot, "no such slot");
  const { lost, confirmed } = state.slot;
  if (lost) throw slotGone(slot, "a slot whose log was removed");
  if (confirmed > lsn) throw slotAhead(slot, { confirmed: lsnText(confirmed), cursor: lsnText(lsn) });
  if (state.now < lsn) {
    throw otherHistory({ stored: `position ${lsnText(lsn)}`, current: `a log that ends at ${lsnText(state.now)}` });
  }
}
