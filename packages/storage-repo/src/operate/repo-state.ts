/** What operators ask of a repository: how much it holds, how far its readers are, how far back it reaches. Reads only. */
import type { Database, Queryable } from "@tenon/postgres";
import type { Layout } from "../api/layout.ts";
import { lastSequence } from "../feed/settled.ts";
import { type BaseState, History, type HistoryNeed, type HistoryPartition } from "../history/history.ts";
import { CHANGE_BATCH, SCHEMA } from "../postgres/names.ts";

export interface EntityRows {
  readonly entity: string;
  /** Rows with tombstones; `undefined` for a table that was never looked at by the server's statistics. */
  readonly rows: number | undefined;
  /** Counted, not estimated. */
  readonly exact: boolean;
  readonly bytes: number;
}

export interface FeedConsumer {
  readonly consumer: string;
  /** `undefined` for one that has claimed its cursor and saved nothing yet. */
  readonly mode: "slot" | "poll" | undefined;
  readonly fence: bigint;
  readonly settledSeq: bigint | undefined;
  /** Batches behind, counted up to {@link BEHIND_MAX}. In slot mode what has settled trails what was read: at most these. */
  readonly behind: number;
  /** Since the oldest of them was written; 0 for none. */
  readonly behindMs: number;
  /** Since the cursor was saved. */
  readonly savedMs: number;
  readonly slot: SlotState | undefined;
}

export interface SlotState {
  readonly name: string;
  readonly state: "read" | "unread" | "lost";
  /** Bytes of the server's log that it holds. */
  readonly heldBytes: number;
}

export interface HistoryState {
  /** Batches up to it are gone. */
  readonly floorSeq: bigint;
  readonly firstSeq: bigint | undefined;
  readonly lastSeq: bigint;
  readonly firstAtMs: number | undefined;
  readonly lastAtMs: number | undefined;
  readonly partitions: readonly (HistoryPartition & { readonly bytes: number })[];
  /** Of batches that no partition covers. */
  readonly restBytes: number;
  readonly bases: readonly { readonly epoch: bigint; readonly state: BaseState; readonly floorSeq: bigint }[];
  readonly need: HistoryNeed | undefined;
}

/** Larger tables are estimated: counting them would read them. */
const COUNTED_BYTES_MAX = 16 * 2 ** 20;
/** Counting goes no further: who is so far behind is far behind. */
export const BEHIND_MAX = 100_000;
const NOW_MS = "(extract(epoch from clock_timestamp()) * 1000)::float8";

/** Whether a repository was ever opened in this database. */
export async function hasRepo(database: Database): Promise<boolean> {
  const [row] = await database.query<{ found: boolean }>(`select to_regclass('${CHANGE_BATCH}') is not null as found`);
  return row?.found === true;
}

/** Rows of every entity of the newest layout. */
export async function entityRows(database: Database): Promise<readonly EntityRows[]> {
  const [newest] = await database.query<{ layout: Layout }>(
    `select layout from ${SCHEMA}.change_layout order by schema_v desc limit 1`,
  );
  const entities: EntityRows[] = [];
  for (const { name } of newest?.layout ?? []) {
    const table = `${SCHEMA}."${name}"`;
    const [found] = await database.query<{ estimate: number; bytes: bigint }>(
      "select reltuples::float8 as estimate, pg_total_relation_size(oid) as bytes from pg_class where oid = to_regclass($1)",
      [table],
    );
    if (found === undefined) continue;
    const bytes = Number(found.bytes);
    const exact = bytes <= COUNTED_BYTES_MAX;
    const estimate = found.estimate < 0 ? undefined : found.estimate;
    entities.push({ entity: name, rows: exact ? await rowsOf(database, table) : estimate, exact, bytes });
  }
  return entities;
}

async function rowsOf(database: Database, table: string): Promise<number> {
  const [row] = await database.query<{ rows: number }>(`select count(*)::float8 as rows from ${table}`);
  return row?.rows ?? 0;
}

/** Every consumer of the change feed, and how far it is. */
export async function feedConsumers(database: Queryable): Promise<readonly FeedConsumer[]> {
  const rows = await database.query<ConsumerRow>(
    `select c.consumer, c.mode, c.fence, c.settled_seq, ${NOW_MS} - c.updated_at_ms as saved_ms, c.slot,
        s.active, s.wal_status, pg_wal_lsn_diff(pg_current_wal_lsn(), s.confirmed_flush_lsn)::float8 as held_bytes,
        b.behind, coalesce(${NOW_MS} - b.oldest_ms, 0) as behind_ms
      from ${SCHEMA}.feed_cursor c
      left join pg_replication_slots s on s.slot_name = c.slot and s.database = current_database()
      cross join lateral (
        select count(*)::int as behind, min(at_ms) as oldest_ms from (
          select at_ms from ${CHANGE_BATCH} where seq > coalesce(c.settled_seq, 0) and lanes <> 0 order by seq limit ${BEHIND_MAX}
        ) as later
      ) b
      order by c.consumer`,
  );
  return rows.map((row) => ({
    consumer: row.consumer,
    mode: row.mode ?? undefined,
    fence: row.fence,
    settledSeq: row.settled_seq ?? undefined,
    behind: row.behind,
    behindMs: Math.max(0, row.behind_ms),
    savedMs: Math.max(0, row.saved_ms),
    slot: row.slot === null ? undefined : slotState(row.slot, row),
  }));
}

function slotState(name: string, { active, wal_status, held_bytes }: ConsumerRow): SlotState {
  const isLost = active === null || wal_status === "lost";
  return { name, state: isLost ? "lost" : active ? "read" : "unread", heldBytes: held_bytes ?? 0 };
}

/** The stored window of change batches. */
export async function historyState(database: Database): Promise<HistoryState> {
  const history = new History(database);
  const [window] = await database.query<WindowRow>(
    `select (select floor_seq from ${SCHEMA}.feed_identity) as floor_seq,
        (select min(seq) from ${CHANGE_BATCH}) as first_seq,
        (select at_ms from ${CHANGE_BATCH} order by seq limit 1) as first_at_ms,
        (select at_ms from ${CHANGE_BATCH} order by seq desc limit 1) as last_at_ms`,
  );
  const sizes = await database.query<{ name: string; bytes: bigint }>(
    `select c.relname as name, pg_total_relation_size(c.oid) as bytes from pg_inherits i
       join pg_class c on c.oid = i.inhrelid where i.inhparent = '${CHANGE_BATCH}'::regclass`,
  );
  const bytesOf = (name: string) => Number(sizes.find((each) => each.name === name)?.bytes ?? 0n);
  const bases = await database.query<{ epoch: bigint; state: BaseState; floor_seq: bigint }>(
    `select epoch, state, floor_seq from ${SCHEMA}.base_epoch order by epoch`,
  );
  return {
    floorSeq: window?.floor_seq ?? 0n,
    firstSeq: window?.first_seq ?? undefined,
    lastSeq: await lastSequence(database),
    firstAtMs: numberOf(window?.first_at_ms),
    lastAtMs: numberOf(window?.last_at_ms),
    partitions: (await history.partitions()).map((partition) => ({ ...partition, bytes: bytesOf(partition.name) })),
    restBytes: bytesOf("change_batch_rest"),
    bases: bases.map(({ epoch, state, floor_seq }) => ({ epoch, state, floorSeq: floor_seq })),
    need: await history.oldestNeed(),
  };
}

function numberOf(value: bigint | null | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

interface ConsumerRow {
  readonly consumer: string;
  readonly mode: "slot" | "poll" | null;
  readonly fence: bigint;
  readonly settled_seq: bigint | null;
  readonly saved_ms: number;
  readonly slot: string | null;
  readonly active: boolean | null;
  readonly wal_status: string | null;
  readonly held_bytes: number | null;
  readonly behind: number;
  readonly behind_ms: number;
}

interface WindowRow {
  readonly floor_seq: bigint;
  readonly first_seq: bigint | null;
  readonly first_at_ms: bigint | null;
  readonly last_at_ms: bigint | null;
}
