/** What waits or was put aside of given keys, in tasks and handlers: for somebody who asks where one change is. Reads only. */

import type { Database } from "@tenon/postgres";
import type { Key } from "@tenon/storage-repo/api";
import { LANES, type Lane } from "../task/lane.ts";

/** Rows told of one question: who has more waiting has another problem. */
const ROWS_MAX = 1_000;

export interface WorkOfKey {
  readonly handler: string;
  readonly key: Key;
  readonly lane: Lane;
  readonly parked: boolean;
  readonly attempts: number;
  readonly code: string | null;
  readonly reason: string | null;
  /** Since it was added, ms. */
  readonly ageMs: number;
}

/** Work items of pairs of handler and key. None where no handler has run yet. */
export async function workOfKeys(
  database: Database,
  pairs: readonly { readonly handler: string; readonly key: Key }[],
): Promise<readonly WorkOfKey[]> {
  if (!(await hasTable(database, "stream_work"))) return [];
  const rows = await database.query<
    Omit<WorkOfKey, "key" | "lane" | "ageMs"> & { key: string; lane: number; age_ms: number }
  >(
    `select w.handler, w.key, w.lane, w.parked, w.attempts, w.code, w.reason, ${ageMs("w.added_at")} as age_ms
     from stream_work w join unnest($1::text[], $2::text[]) as asked (handler, key) on asked.handler = w.handler and asked.key = w.key
     order by w.added_at limit ${ROWS_MAX}`,
    [pairs.map(({ handler }) => handler), pairs.map(({ key }) => JSON.stringify(key))],
  );
  return rows.map(({ key, lane, age_ms, ...row }) => ({
    ...row,
    key: JSON.parse(key) as Key,
    lane: LANES[lane] as Lane,
    ageMs: Math.max(0, age_ms),
  }));
}

export interface OutboxOfKey {
  /** Task that made the message; null for one of a handler. */
  readonly task: string | null;
  readonly topic: string;
  readonly key: string;
  readonly ageMs: number;
}

/** Messages that are committed and not in the log yet: of tasks and of handlers. */
export async function outboxOfKeys(database: Database, keys: readonly string[]): Promise<readonly OutboxOfKey[]> {
  const parts = [
    ...((await hasTable(database, "stream_outbox"))
      ? [`select task, topic, key, made_at from stream_outbox where key = any($1)`]
      : []),
    ...((await hasTable(database, "stream_sink"))
      ? [`select null, topic, key, made_at from stream_sink where key = any($1)`]
      : []),
  ];
  if (parts.length === 0) return [];
  const rows = await database.query<Omit<OutboxOfKey, "ageMs"> & { age_ms: number }>(
    `select task, topic, key, ${ageMs("made_at")} as age_ms from (${parts.join(" union all ")}) waiting order by made_at limit ${ROWS_MAX}`,
    [keys],
  );
  return rows.map(({ age_ms, ...row }) => ({ ...row, ageMs: Math.max(0, age_ms) }));
}

export interface ParkedOfKey {
  readonly task: string;
  readonly topic: string;
  readonly key: string;
  readonly code: string;
  readonly reason: string;
  readonly owner: string;
}

/** Records that tasks put aside. */
export async function parkedOfKeys(database: Database, keys: readonly string[]): Promise<readonly ParkedOfKey[]> {
  if (!(await hasTable(database, "stream_parked"))) return [];
  return database.query<ParkedOfKey>(
    `select task, topic, key, code, reason, owner from stream_parked where key = any($1) order by parked_at desc limit ${ROWS_MAX}`,
    [keys],
  );
}

async function hasTable(database: Database, name: string): Promise<boolean> {
  const [row] = await database.query<{ found: boolean }>("select to_regclass($1) is not null as found", [name]);
  return row?.found === true;
}

function ageMs(column: string): string {
  return `(extract(epoch from clock_timestamp() - ${column}) * 1000)::float8`;
}
