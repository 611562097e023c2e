/**
 * What has settled: up to which sequence number every batch is either committed and visible, or will never be.
 *
 * A sequence number is taken after the transaction's id. So if H is read first and a fence id X taken after it, every holder
 * of a number up to H has an id below X; once the oldest running transaction is X or later, all of them have ended.
 * Reading them the other way round, or taking the snapshot's xmax for X, loses batches: tests hold both mistakes.
 */
import type { Queryable } from "@tenon/postgres";
import { CHANGE_SEQUENCE, prepared } from "../postgres/names.ts";

/** Fences that wait to be passed. Beyond, no new one is taken: the feed waits for a long transaction. */
const PENDING_MAX = 64;

const lastValue = prepared(`select last_value as last, is_called as called from ${CHANGE_SEQUENCE}`);
const ownXid = prepared("select pg_current_xact_id() as xid");
const oldestXid = prepared("select pg_snapshot_xmin(pg_current_snapshot()) as xmin");

interface Pending {
  readonly upTo: bigint;
  readonly fence: bigint;
}

export class SettledMark {
  readonly #database: Queryable;
  readonly #pending: Pending[] = [];
  #settled: bigint;

  /** @param settled what is known to have settled */
  constructor(database: Queryable, settled: bigint) {
    this.#database = database;
    this.#settled = settled;
  }

  /** Looks once. Never goes back. */
  async look(): Promise<bigint> {
    const upTo = await lastSequence(this.#database);
    const newest = this.#pending.at(-1)?.upTo ?? this.#settled;
    if (upTo > newest && this.#pending.length < PENDING_MAX) {
      this.#pending.push({ upTo, fence: await takeFence(this.#database) });
    }
    if (this.#pending.length > 0) this.#release(await readOldest(this.#database));
    return this.#settled;
  }

  #release(oldest: bigint): void {
    while (this.#pending[0] !== undefined && this.#pending[0].fence <= oldest) {
      this.#settled = (this.#pending.shift() as Pending).upTo;
    }
  }
}

/** The last sequence number that was given out; 0 before the first. Every batch that is visible has one up to it. */
export async function lastSequence(database: Queryable): Promise<bigint> {
  const [row] = await database.query<{ last: bigint; called: boolean }>(lastValue);
  return row?.called === true ? row.last : 0n;
}

/** An id of its own transaction: later than that of every transaction that has one. */
export async function takeFence(database: Queryable): Promise<bigint> {
  const [row] = await database.query<{ xid: bigint }>(ownXid);
  return row?.xid ?? 0n;
}

export async function readOldest(database: Queryable): Promise<bigint> {
  const [row] = await database.query<{ xmin: bigint }>(oldestXid);
  return row?.xmin ?? 0n;
}
