/**
 * The reader of the change log, over as many connections as it takes.
 *
 * L1 Nothing is given out before the slot was checked while it was ours: then nobody can move it any more.
 * L2 What the server may forget is what the consumer acknowledged, and the mark beside the slot is written first (M1).
 * L3 What is given out is seen by whoever asks for it then (V1).
 * L4 A lost connection is made again, a bounded number of times; a slot, history or publication that cannot go on ends the log:
 *    nothing is skipped.
 */
import { setTimeout as wait } from "node:timers/promises";
import { GraphError } from "@tenon/graph-core";
import { type Database, openDatabase, sqlStateOf } from "@tenon/postgres";
import { openReplication, WakeUp } from "@tenon/postgres/replication";
import { logBusy, logEnded, logGone, logUnreachable, otherHistory } from "../errors.ts";
import type { ChangeLog, ChangePiece, PullOptions } from "./change-log.ts";
import { historyOf, moveMark, readMark } from "./reader-mark.ts";
import { requirePublication, requireSlotAtMark } from "./slot-check.ts";
import { SlotSession } from "./slot-session.ts";
import { visibleCount } from "./visible-transactions.ts";

const DELTAS_MAX = 5_000;
const UNREAD_MAX = 20_000;
const PIECES_MAX = 100;
const ATTEMPTS_MAX = 12;
/** Twelve attempts take about half a minute: longer than the server needs to notice a lost reader. */
const BACK_OFF_FIRST_MS = 50;
const BACK_OFF_MS_MAX = 5_000;
/** An idle log is acknowledged when the server's own has grown by this: a mark per keepalive would keep it growing. */
export const IDLE_BYTES = 1_048_576n;
/** A transaction that others do not see yet is looked for again after this, then after twice as long. */
const HIDDEN_FIRST_MS = 1;
const HIDDEN_MS_MAX = 50;
/** What opening it again cannot mend. */
const REFUSALS: ReadonlySet<string> = new Set(["TENON1570", "TENON1571", "TENON1572", "TENON1573", "TENON1574"]);

export interface ChangeLogOptions {
  /** The user needs the right to replicate. */
  readonly url: string;
  /** A slot that `createChangeLog` has made. */
  readonly slot: string;
  /** Deltas of one piece: a larger transaction comes in several. Default 5,000. */
  readonly deltasMax?: number;
  /** Deltas received and not pulled before the socket is paused. Default 20,000; up to `deltasMax` more may wait for their piece. */
  readonly unreadMax?: number;
  /** A server that says nothing for so long is taken for gone, in milliseconds. Default 10,000. */
  readonly silenceMsMax?: number;
  /** Attempts to connect again, in a row. Default 12. */
  readonly attemptsMax?: number;
  /** Waiting before an attempt, 1 for the first. Default: 50 ms, doubled each time, at most 5 s. */
  readonly backOff?: (attempt: number) => Promise<unknown>;
  /** Told before each attempt. */
  readonly onReconnect?: (reason: Error, attempt: number) => void;
  /** Told once per connection and table that is published but not of the schema; its rows are left out. */
  readonly onUnknownTable?: (name: string) => void;
}

/**
 * Opens the change log where its reader has stopped.
 *
 * @throws GraphError TENON1570 when slot or mark are missing or lost, TENON1571 when the slot is past the mark, TENON1572 for
 *   another history, TENON1573 for a publication that leaves something out, TENON1575 when somebody else reads the slot, TENON1500
 *   when the server cannot be reached
 */
export async function openChangeLog(options: ChangeLogOptions): Promise<ChangeLog> {
  const database = await openDatabase({ url: options.url, connectionsMax: 2, applicationName: "tenon-change-log" });
  try {
    const log = new OpenChangeLog(options, database);
    await log.connect();
    return log;
  } catch (error) {
    await database.close();
    throw error;
  }
}

class OpenChangeLog implements ChangeLog {
  readonly #options: ChangeLogOptions;
  readonly #database: Database;
  readonly #wake = new WakeUp();
  readonly #closing = new AbortController();
  #session: SlotSession | undefined;
  #acknowledged = 0n;
  /** End of what was pulled. */
  #pulled = 0n;
  #savingIdle = false;
  #failure: Error | undefined;

  constructor(options: ChangeLogOptions, database: Database) {
    this.#options = options;
    this.#database = database;
  }

  async pull({ piecesMax = PIECES_MAX, waitMs, signal }: PullOptions): Promise<readonly ChangePiece[]> {
    const until = performance.now() + waitMs;
    let hiddenMs = HIDDEN_FIRST_MS;
    for (;;) {
      const isWaiting = this.#session?.hasPieces === true;
      if (isWaiting) {
        const pieces = await this.#takeVisible(piecesMax);
        if (pieces.length > 0) return pieces;
      }
      if (this.#failure !== undefined) throw this.#failure;
      const left = until - performance.now();
      if (left <= 0 || signal?.aborted === true) return [];
      await this.#wake.wait(isWaiting ? Math.min(left, hiddenMs) : left, signal);
      if (isWaiting) hiddenMs = Math.min(2 * hiddenMs, HIDDEN_MS_MAX);
    }
  }

  async #takeVisible(piecesMax: number): Promise<readonly ChangePiece[]> {
    const session = this.#session;
    if (session === undefined) return [];
    const visible = await visibleCount(this.#database, session.next(piecesMax)).catch((error: Error) => {
      // A server that cannot be asked is one that cannot be read (L4).
      void this.#lost(session, error);
      return 0;
    });
    // What waited in a session that was lost meanwhile comes again.
    const pieces = this.#session === session ? session.take(visible) : [];
    const position = pieces.at(-1)?.position ?? 0n;
    if (position > this.#pulled) this.#pulled = position;
    return pieces;
  }

  async acknowledge(position: bigint): Promise<void> {
    if (this.#closing.signal.aborted) throw logEnded("acknowledged after close");
    if (position > this.#pulled) throw logEnded("acknowledged with a position that was not pulled");
    await this.#store(position);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#fail(logEnded("closed"));
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
    await this.#database.close();
  }

  /** Connects once. @throws what keeps it from connecting */
  async connect(): Promise<void> {
    const { url, slot, deltasMax = DELTAS_MAX, unreadMax = UNREAD_MAX, silenceMsMax, onUnknownTable } = this.#options;
    const { history } = await readMark(this.#database, slot);
    await requirePublication(this.#database);
    const connection = await openReplication({ url });
    try {
      const current = historyOf(await connection.identify());
      if (history !== current) throw otherHistory(slot, { stored: history, current });
      const { acknowledged: from } = await requireSlotAtMark(this.#database, slot);
      const session = await SlotSession.start({
        connection,
        slot,
        from,
        deltasMax,
        unreadMax,
        silenceMsMax,
        acknowledged: () => this.#acknowledged,
        onNews: () => this.#news(),
        onUnknownTable,
      });
      // Again now that the slot is ours (L1). Whoever had it before may have acknowledged more since the first look.
      const mark = await requireSlotAtMark(this.#database, slot);
      if (mark.acknowledged > this.#acknowledged) this.#acknowledged = mark.acknowledged;
      if (mark.acknowledged > this.#pulled) this.#pulled = mark.acknowledged;
      this.#session = session;
      void session.ended.then((reason) => this.#lost(session, reason));
      this.#wake.wake();
    } catch (error) {
      await connection.close();
      throw startFailure(slot, error);
    }
  }

  async #store(position: bigint): Promise<void> {
    if (position <= this.#acknowledged) return;
    await moveMark(this.#database, this.#options.slot, position);
    if (position > this.#acknowledged) this.#acknowledged = position;
  }

  #news(): void {
    this.#wake.wake();
    const idleAt = this.#session?.idleAt;
    if (idleAt === undefined || this.#savingIdle || this.#acknowledged < this.#pulled) return;
    if (idleAt - this.#acknowledged < IDLE_BYTES) return;
    this.#savingIdle = true;
    // A failure shows in the stream, too; the next keepalive tries again.
    this.#store(idleAt)
      .catch(() => undefined)
      .finally(() => {
        this.#savingIdle = false;
      });
  }

  async #lost(session: SlotSession, reason: Error): Promise<void> {
    if (this.#session !== session) return;
    if (isRefusal(reason)) {
      this.#fail(reason);
      return;
    }
    // What waits in it comes again.
    this.#session = undefined;
    await session.close().catch(() => undefined);
    await this.#reconnect(reason);
  }

  async #reconnect(first: Error): Promise<void> {
    const { attemptsMax = ATTEMPTS_MAX, backOff = this.#backOff, onReconnect, slot } = this.#options;
    let reason = first;
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      onReconnect?.(reason, attempt);
      await backOff(attempt);
      if (this.#closing.signal.aborted) return;
      try {
        await this.connect();
        return;
      } catch (error) {
        reason = error instanceof Error ? error : new Error(String(error));
        if (isRefusal(reason)) {
          this.#fail(reason);
          return;
        }
      }
    }
    this.#fail(logUnreachable(slot, attemptsMax, reason));
  }

  readonly #backOff = (attempt: number): Promise<unknown> =>
    wait(Math.min(BACK_OFF_MS_MAX, BACK_OFF_FIRST_MS * 2 ** (attempt - 1)), undefined, {
      signal: this.#closing.signal,
    }).catch(() => undefined);

  #fail(reason: Error): void {
    this.#failure ??= reason;
    this.#wake.wake();
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof GraphError && REFUSALS.has(error.code);
}

/** SQLSTATEs with which the server refuses to start a slot: in use; missing; no longer readable. */
function startFailure(slot: string, error: unknown): unknown {
  // A server that refuses connections uses some of them, too.
  if (!(error instanceof GraphError) || error.code !== "TENON1501") return error;
  switch (sqlStateOf(error)) {
    case "55006":
      return logBusy(slot, error);
    case "42704":
      return logGone(slot, "no such slot", error);
    case "55000":
      return logGone(slot, "a slot whose log was removed", error);
    default:
      return error;
  }
}
