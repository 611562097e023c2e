import type { Queryable } from "@tenon/postgres";
import { lsnText, slotState } from "@tenon/postgres/replication";
import { ADS_TABLES } from "../api/tables.ts";
import { logGone, logMoved, otherHistory, publicationUnfit } from "../errors.ts";
import { keyColumn, PUBLICATION, SCHEMA } from "../schema/names.ts";
import { type ReaderMark, readMark } from "./reader-mark.ts";

/**
 * The mark of a slot that is fit to be read from there.
 *
 * Somebody else may be reading meanwhile, and moves the mark first and the slot afterwards (M1). So the slot is looked at before its
 * mark: a slot that is ahead even then was moved by somebody else. The server's end is looked at after the mark, for the same reason.
 *
 * @throws GraphError TENON1570 for a slot that is missing, lost or another's, or without a mark, TENON1571 for one past the mark,
 *   TENON1572 for a server that has not come to the mark yet
 */
export async function requireSlotAtMark(database: Queryable, slot: string): Promise<ReaderMark> {
  const state = await slotState(database, slot);
  const mark = await readMark(database, slot);
  const { acknowledged } = mark;
  if (state.slot === undefined) throw logGone(slot, "no such slot");
  const { lost, confirmed, database: of, plugin } = state.slot;
  if (lost) throw logGone(slot, "a slot whose log was removed");
  if (of !== state.database || plugin !== "pgoutput") {
    throw logGone(slot, `a slot of database ${of} with plugin ${plugin}`);
  }
  if (confirmed > acknowledged) {
    throw logMoved(slot, { confirmed: lsnText(confirmed), acknowledged: lsnText(acknowledged) });
  }
  const { now } = await slotState(database, slot);
  if (now < acknowledged) {
    throw otherHistory(slot, {
      stored: `position ${lsnText(acknowledged)}`,
      current: `a log that ends at ${lsnText(now)}`,
    });
  }
  return mark;
}

interface PublishedTable {
  readonly tablename: string;
  readonly attnames: readonly string[];
  readonly rowfilter: string | null;
}

/** A publication that leaves something out loses changes without a word. @throws GraphError TENON1573 */
export async function requirePublication(database: Queryable): Promise<void> {
  const [[publication], published] = await Promise.all([
    database.query<{ all: boolean }>(
      'select pubinsert and pubupdate and pubdelete and pubtruncate as "all" from pg_publication where pubname = $1',
      [PUBLICATION],
    ),
    database.query<PublishedTable>(
      `select tablename::text, attnames::text[], rowfilter from pg_publication_tables
       where pubname = $1 and schemaname = $2`,
      [PUBLICATION, SCHEMA],
    ),
  ]);
  if (publication === undefined) throw publicationUnfit("no such publication");
  if (!publication.all) throw publicationUnfit("one that leaves out inserts, updates, deletes or truncation");
  const tables = new Map(published.map((table) => [table.tablename, table]));
  for (const table of ADS_TABLES) {
    const found = tables.get(table);
    if (found === undefined) throw publicationUnfit(`one without ${SCHEMA}.${table}`);
    if (found.rowfilter !== null) throw publicationUnfit(`one that filters rows of ${SCHEMA}.${table}`);
    const missing = [keyColumn(table), "row_version"].filter((column) => !found.attnames.includes(column));
    if (missing.length > 0) throw publicationUnfit(`one without ${missing.join(" and ")} of ${SCHEMA}.${table}`);
  }
}
