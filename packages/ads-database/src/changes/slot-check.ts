import type { Queryable } from "@tenon/postgres";
import { lsnText, slotState } from "@tenon/postgres/replication";
import { ADS_TABLES } from "../api/tables.ts";
import { logBusy, logGone, logMoved, otherHistory, publicationUnfit } from "../errors.ts";
import { keyColumn, PUBLICATION, SCHEMA } from "../schema/names.ts";
import { readMark } from "./reader-mark.ts";

/**
 * @throws GraphError TENON1570 for a slot that is missing, lost or another's, TENON1571 for one past the mark, TENON1572 for a
 *   server that has not come to the mark yet, TENON1575 when another reader has moved both meanwhile
 */
export async function requireSlotAt(database: Queryable, slot: string, acknowledged: bigint): Promise<void> {
  const state = await slotState(database, slot);
  if (state.slot === undefined) throw logGone(slot, "no such slot");
  const { lost, confirmed, database: of, plugin } = state.slot;
  if (lost) throw logGone(slot, "a slot whose log was removed");
  if (of !== state.database || plugin !== "pgoutput") {
    throw logGone(slot, `a slot of database ${of} with plugin ${plugin}`);
  }
  if (confirmed > acknowledged) {
    const mark = await readMark(database, slot);
    // It moved with its slot since the caller read it: another reader is at work, or was until now.
    if (mark.acknowledged > acknowledged && confirmed <= mark.acknowledged) throw logBusy(slot);
    throw logMoved(slot, { confirmed: lsnText(confirmed), acknowledged: lsnText(acknowledged) });
  }
  if (state.now < acknowledged) {
    throw otherHistory(slot, {
      stored: `position ${lsnText(acknowledged)}`,
      current: `a log that ends at ${lsnText(state.now)}`,
    });
  }
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
