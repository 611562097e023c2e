/**
 * Which transactions of the log others see.
 *
 * V1 The server sends a transaction to the readers of its log once its commit is written, and shows it to everybody else a moment
 *    later: when it has left the list of running ones, with synchronous standbys after they have answered. Whoever is told of a row
 *    in between and asks for it gets the old one, and is not told again.
 */
import type { Queryable } from "@tenon/postgres";

interface Running {
  /** Every transaction from this one on has begun later, or has not ended for others. */
  readonly next: number;
  readonly ids: ReadonlySet<number>;
}

const RUNNING = {
  name: "ads_running_transactions",
  text: `select pg_snapshot_xmax(at)::text as next, array(select id::text from pg_snapshot_xip(at) as id) as ids
         from pg_current_snapshot() as at`,
};
/** The log tells the lower half of an id; the server's own have 64 bits. */
const LOWER_HALF = 0xffff_ffffn;

/** How many of the first of these a query that is sent from now on sees, as ids of the log in the order of commits. */
export async function visibleCount(database: Queryable, transactionIds: readonly number[]): Promise<number> {
  const [row] = await database.query<{ next: string; ids: readonly string[] }>(RUNNING);
  if (row === undefined) throw new Error("the server has no snapshot");
  const lowerHalf = (id: string) => Number(BigInt(id) & LOWER_HALF);
  const running = { next: lowerHalf(row.next), ids: new Set(row.ids.map(lowerHalf)) };
  const hidden = transactionIds.findIndex((id) => isHidden(id, running));
  return hidden === -1 ? transactionIds.length : hidden;
}

/** Ids go round: of two, the one less than half the way ahead is the later one. */
function isHidden(id: number, { next, ids }: Running): boolean {
  return ids.has(id) || ((id - next) | 0) >= 0;
}
