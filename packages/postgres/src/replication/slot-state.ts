import type { Queryable } from "../database/database.ts";
import { lsnOf } from "./lsn.ts";

/** What the server knows of a slot, and of itself. */
export interface SlotState {
  /** Absent: no such slot. */
  readonly slot:
    | {
        /** The server no longer keeps the log that the slot needs. */
        readonly lost: boolean;
        /** The server has forgotten what lies before it. */
        readonly confirmed: bigint;
        readonly database: string | null;
        readonly plugin: string | null;
      }
    | undefined;
  readonly database: string;
  /** Where the server's log ends. */
  readonly now: bigint;
}

interface SlotRow {
  readonly found: boolean;
  readonly wal_status: string | null;
  readonly confirmed: string | null;
  readonly slot_database: string | null;
  readonly plugin: string | null;
  readonly database: string;
  readonly now: string;
}

/**
 * A slot made anew, or moved past what its reader has stored, is started by the server without an error, and leaves out what
 * lies between: a reader compares `confirmed` with what it knows. Twice, the second time when the slot is its own.
 */
export async function slotState(database: Queryable, slot: string): Promise<SlotState> {
  const [row] = await database.query<SlotRow>(
    `select s.slot_name is not null as found, s.wal_status, s.confirmed_flush_lsn::text as confirmed,
       s.database::text as slot_database, s.plugin::text as plugin, current_database()::text as database,
       pg_current_wal_lsn()::text as now
     from (select 1) as one left join pg_replication_slots as s on s.slot_name = $1`,
    [slot],
  );
  if (row === undefined) throw new Error("a query without from answers one row");
  const { found, wal_status: status, confirmed, slot_database: slotDatabase, plugin, database: own, now } = row;
  return {
    database: own,
    now: lsnOf(now),
    slot:
      found && confirmed !== null
        ? { lost: status === "lost", confirmed: lsnOf(confirmed), database: slotDatabase, plugin }
        : undefined,
  };
}
