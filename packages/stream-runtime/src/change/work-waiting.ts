import type { Queryable } from "@tenon/postgres";

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
