import type { Queryable } from "@tenon/postgres";
import { LANES, type Lane } from "../task/lane.ts";

export interface WorkWaiting {
  /** Work items that wait or run. */
  readonly items: number;
  /** Work items that were put aside: nobody works on them until something changes. */
  readonly parked: number;
  /** Messages of handlers that the log has not got. */
  readonly messages: number;
}

/** What handlers have left to do, in one statement: inside a transaction it is of that snapshot. */
export async function workWaiting(database: Queryable): Promise<WorkWaiting> {
  const [row] = await database.query<WorkWaiting>(
    `select count(*) filter (where not parked)::int as items, count(*) filter (where parked)::int as parked,
        (select count(*)::int from stream_sink) as messages
      from stream_work`,
  );
  return row as WorkWaiting;
}

export interface WorkOfHandler {
  readonly handler: string;
  readonly lane: Lane;
  readonly waiting: number;
  readonly parked: number;
  /** Since the oldest that waits was added, ms; null where none waits. */
  readonly oldestMs: number | null;
}

/** What waits and what was put aside, per handler and lane. None before a handler has run. */
export async function workByHandler(database: Queryable): Promise<readonly WorkOfHandler[]> {
  const rows = await database.query<Omit<WorkOfHandler, "lane"> & { lane: number }>(
    `select handler, lane, count(*) filter (where not parked)::int as waiting, count(*) filter (where parked)::int as parked,
        (extract(epoch from clock_timestamp() - min(added_at) filter (where not parked)) * 1000)::float8 as "oldestMs"
      from stream_work group by handler, lane order by handler, lane`,
  );
  return rows.map(({ lane, ...row }) => ({ ...row, lane: LANES[lane] as Lane }));
}
