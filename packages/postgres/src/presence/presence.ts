/**
 * What tells others that a process is there: a connection of its own that holds a lock. The server lets go of the lock when the
 * connection ends, also that of a process that was killed, so a lease that names the lock is free at once.
 *
 * E1 A process that is stopped, or that the network has lost without a word, keeps its connection, and with it its leases, until they
 *    run out.
 * E2 A holder hears of the end of its connection by `lost`, and gives up what it holds. The server may let others in a moment before
 *    it hears. What keeps two from counting twice then is what it is for a holder that is stopped past the end of its lease: the fence
 *    of what they write.
 */
import { randomBytes } from "node:crypto";
import type { Database } from "../database/database.ts";

export interface Presence {
  /** Names the lock, to be kept beside a lease: `presenceEnded` asks for it. */
  readonly id: bigint;
  /** Aborts when the connection has ended, so that others may take what names it. */
  readonly lost: AbortSignal;
}

const presences = new WeakMap<Database, Promise<Presence>>();

/**
 * The presence of this process with a database: one connection beside the pool, opened when first asked for and closed with the
 * database. After its loss a new one, which leases of the old one do not name.
 *
 * @throws GraphError TENON1500 when the server cannot be reached
 */
export function presenceOf(database: Database): Promise<Presence> {
  const known = presences.get(database);
  if (known !== undefined) return known;
  const forget = () => presences.delete(database);
  const opened = open(database, forget);
  presences.set(database, opened);
  opened.catch(forget);
  return opened;
}

async function open(database: Database, onLost: () => void): Promise<Presence> {
  const connection = await database.connect();
  // Drawn, not counted: locks of others in the same database have numbers, too.
  const id = randomBytes(8).readBigInt64BE();
  const lost = new AbortController();
  void connection.lost.then(() => {
    onLost();
    lost.abort();
  });
  try {
    // It says nothing while it is there: a server that ends quiet connections may not end this one.
    await connection.query("select pg_advisory_lock($1), set_config('idle_session_timeout', '0', false)", [id]);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return { id, lost: lost.signal };
}

/**
 * SQL that is true when the presence that a column names has ended, and false for null. Shared, so that two who ask at once do not
 * take each other for the holder; until the end of the transaction, so it is asked in short ones.
 */
export function presenceEnded(column: string): string {
  return `coalesce(pg_try_advisory_xact_lock_shared(${column}), false)`;
}
