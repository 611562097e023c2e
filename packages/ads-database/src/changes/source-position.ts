/** Where the server's log stands, and how far the change log's reader has stored it: to know that a reader has everything. */
import type { Queryable } from "@tenon/postgres";
import { lsnOf } from "@tenon/postgres/replication";
import { IDLE_BYTES } from "./open-change-log.ts";
import { readMark } from "./reader-mark.ts";

/**
 * A position after everything that has committed. Makes the server's log long enough that a reader with nothing to read
 * acknowledges it, which costs a megabyte of that log.
 */
export async function positionAfterAll(database: Queryable): Promise<bigint> {
  // As a message of a transaction, so that the server writes it to disk at the commit; the change log leaves it out.
  const [row] = await database.query<{ position: string }>(
    "select pg_logical_emit_message(true, 'tenon', repeat('.', $1))::text as position",
    [Number(IDLE_BYTES) + 1],
  );
  // A position before the message's end: what it is about committed earlier.
  return lsnOf(row?.position ?? "0/0") - IDLE_BYTES;
}

/** Everything before it is stored by the change log's reader. @throws GraphError TENON1570 without a mark of the reader */
export async function positionStored(database: Queryable, slot: string): Promise<bigint> {
  return (await readMark(database, slot)).acknowledged;
}
