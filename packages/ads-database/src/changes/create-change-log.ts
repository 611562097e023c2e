import { type Database, openDatabase, sqlStateOf } from "@tenon/postgres";
import { openReplication } from "@tenon/postgres/replication";
import { logBusy, logExists } from "../errors.ts";
import { SCHEMA } from "../schema/names.ts";
import { historyOf, putMark, removeMark } from "./reader-mark.ts";
import { requirePublication } from "./slot-check.ts";

export interface CreateChangeLogOptions {
  readonly url: string;
  /** a-z, 0-9 and _, at most 63 characters; one per reader, names are of the whole server. */
  readonly slot: string;
  /** Give up a slot of this name, with what it has not delivered. Default false. */
  readonly replace?: boolean;
}

/**
 * Makes the slot, and the mark of its reader. Changes that commit from now on are kept for it, on the server's disk, until they
 * are acknowledged. What is in the tables already is not in the log: read it with `pages` after this returns.
 *
 * @throws GraphError TENON1580 when there is one already and `replace` is not set, TENON1575 when the old one is being read,
 *   TENON1573 for a publication that leaves something out
 */
export async function createChangeLog({ url, slot, replace = false }: CreateChangeLogOptions): Promise<void> {
  await withDatabase(url, async (database) => {
    await requirePublication(database);
    if (replace) await drop(database, slot);
    else if (await exists(database, slot)) throw logExists(slot);
    const connection = await openReplication({ url });
    try {
      const history = historyOf(await connection.identify());
      const { consistentPoint } = await connection.createSlot({ slot });
      await putMark(database, slot, { history, acknowledged: consistentPoint });
    } finally {
      await connection.close();
    }
  });
}

/** Drops slot and mark; nothing when there are none. A slot that nobody reads holds the server's log for ever. */
export async function dropChangeLog({ url, slot }: Pick<CreateChangeLogOptions, "url" | "slot">): Promise<void> {
  await withDatabase(url, (database) => drop(database, slot));
}

async function exists(database: Database, slot: string): Promise<boolean> {
  const [row] = await database.query<{ found: boolean }>(
    `select exists (select from pg_replication_slots where slot_name = $1)
       or exists (select from ${SCHEMA}.change_log_readers where slot = $1) as found`,
    [slot],
  );
  return row?.found === true;
}

async function drop(database: Database, slot: string): Promise<void> {
  try {
    await database.query("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1", [
      slot,
    ]);
  } catch (error) {
    throw sqlStateOf(error) === "55006" ? logBusy(slot, error) : error;
  }
  await removeMark(database, slot);
}

async function withDatabase<Result>(url: string, use: (database: Database) => Promise<Result>): Promise<Result> {
  const database = await openDatabase({ url, connectionsMax: 1 });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}
