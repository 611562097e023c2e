import { GraphError } from "@tenon/graph-core";
import { type Database, sqlStateOf } from "@tenon/postgres";
import type { ReplicationConnection } from "@tenon/postgres/replication";
import type { ChangeFeed, FeedCursor, FeedOptions, FeedReader, PollCursor, SlotCursor } from "../api/change-feed.ts";
import type { AnyEntity } from "../api/entity.ts";
import { historyGone, slotBusy, slotGone } from "../api/feed-errors.ts";
import { repoError } from "../api/repo-error.ts";
import { PUBLICATION } from "../postgres/names.ts";
import { type FeedIdentity, readIdentity, requireSameHistory } from "./feed-identity.ts";
import { LayoutBook } from "./layout-book.ts";
import { PollReader } from "./poll-reader.ts";
import { type PollSource, SettledSource } from "./poll-source.ts";
import { lastSequence, SettledMark } from "./settled.ts";
import { dropOldSlots, isConsumerName, newSlotName } from "./slot-admin.ts";
import { requireSlotAtCursor } from "./slot-check.ts";
import { SlotReader } from "./slot-reader.ts";
import { SwitchingReader } from "./switching-reader.ts";

/** Waiting until everything open has ended, for a feed that starts "now". */
const SETTLE_MS_MAX = 10_000;
const SETTLE_POLL_MS = 5;

export interface PostgresFeedOptions {
  readonly database: Database;
  readonly entities: readonly AnyEntity[];
  /** Opens a replication connection to the same database. Absent: the feed polls. */
  readonly openReplication?: (() => Promise<ReplicationConnection>) | undefined;
  /** Told when a slot could not go on and polling took over. */
  readonly onFallBack?: ((reason: Error) => void) | undefined;
  readonly pollMs?: number | undefined;
  readonly unfinishedMax?: number | undefined;
  readonly silenceMsMax?: number | undefined;
  /** Parts that tests replace to plant mistakes. */
  readonly parts?: Partial<FeedParts> | undefined;
}

/** What the feed is made of. Tests plant mistakes here; nobody else replaces them. */
export interface FeedParts {
  readonly pollSource: (database: Database, after: bigint) => PollSource;
  readonly requireSlotAtCursor: typeof requireSlotAtCursor;
  readonly slotReader: (options: ConstructorParameters<typeof SlotReader>[0]) => SlotReader;
}

const REAL_PARTS: FeedParts = {
  pollSource: (database, after) => new SettledSource(database, after),
  requireSlotAtCursor,
  slotReader: (options) => new SlotReader(options),
};

/** Whether going on by polling mends it: the slot is gone or has moved on, the history is still there. */
export function isSlotLoss(error: unknown): error is GraphError {
  return error instanceof GraphError && (error.code === "TENON1530" || error.code === "TENON1531");
}

/**
 * The change feed of a Postgres repository: through a replication slot where a replication connection can be opened, by
 * polling the same rows otherwise. A consumer may change from one to the other with any cursor.
 */
export class PostgresFeed implements ChangeFeed {
  readonly #options: PostgresFeedOptions;
  readonly #parts: FeedParts;

  constructor(options: PostgresFeedOptions) {
    this.#options = options;
    this.#parts = { ...REAL_PARTS, ...options.parts };
  }

  /**
   * @throws GraphError TENON1532 for a cursor of another history, TENON1534 when the history no longer reaches back to it,
   *   TENON1539 when "now" cannot be told because a transaction stays open
   */
  async open({ consumer, from }: FeedOptions): Promise<FeedReader> {
    requireConsumer(consumer);
    const { database, entities } = this.#options;
    const identity = await readIdentity(database);
    const layouts = new LayoutBook(database, entities);
    await layouts.load();
    const start = await this.#startOf(from, identity);
    const { openReplication } = this.#options;
    if (openReplication === undefined) return this.#poll({ identity, layouts, after: seqOf(start) });
    const parts = { consumer, identity, layouts, openReplication };
    return start.mode === "slot" ? this.#resumeSlot(start, parts) : this.#catchUp(start, parts);
  }

  /** Goes on at the slot, or by polling when it cannot. */
  async #resumeSlot(cursor: SlotCursor, parts: OpenParts): Promise<FeedReader> {
    const { identity, layouts, consumer } = parts;
    const poll = () => this.#poll({ identity, layouts, after: cursor.settledSeq });
    try {
      const slot = await this.#startSlot(cursor, parts);
      await dropOldSlots(this.#options.database, consumer, cursor.slot);
      return this.#switching({ current: slot, parts });
    } catch (error) {
      if (!isSlotLoss(error)) throw error;
      this.#options.onFallBack?.(error);
      return poll();
    }
  }

  /** Polls up to a new slot's beginning, then changes over to it. */
  async #catchUp(start: PollCursor, parts: OpenParts): Promise<FeedReader> {
    const { identity, layouts, consumer, openReplication } = parts;
    const { database } = this.#options;
    await dropOldSlots(database, consumer, undefined);
    const connection = await openReplication();
    const { slot, consistentPoint } = await connection.createSlot({ slot: newSlotName(consumer) });
    // Read after the slot was made: what commits before the slot begins has a number up to this one.
    const upTo = await lastSequence(database);
    const current = this.#poll({ identity, layouts, after: start.seq });
    const next = async (settledSeq: bigint) => {
      const cursor: SlotCursor = {
        mode: "slot",
        feedEpoch: identity.feedEpoch,
        slot,
        lsn: consistentPoint,
        settledSeq,
      };
      return this.#startSlot(cursor, { ...parts, openReplication: async () => connection });
    };
    return this.#switching({ current, parts, change: { upTo, next, abandon: () => connection.close() } });
  }

  async #startSlot(cursor: SlotCursor, { layouts, openReplication }: OpenParts): Promise<SlotReader> {
    const { database, unfinishedMax, silenceMsMax } = this.#options;
    await this.#parts.requireSlotAtCursor(database, cursor);
    const connection = await openReplication();
    const reader = this.#parts.slotReader({
      connection,
      layouts,
      cursor,
      publication: PUBLICATION,
      unfinishedMax,
      silenceMsMax,
    });
    try {
      await reader.start();
      // Again now that the slot is ours: nobody can move it any more.
      await this.#parts.requireSlotAtCursor(database, cursor);
      return reader;
    } catch (error) {
      await reader.close();
      throw startFailure(cursor.slot, error);
    }
  }

  #switching(
    facts: Pick<ConstructorParameters<typeof SwitchingReader>[0], "current" | "change"> & { parts: OpenParts },
  ) {
    const { current, change, parts } = facts;
    const { identity, layouts } = parts;
    return new SwitchingReader({
      current,
      change,
      fallBack: async (cursor, failure) => {
        const reason = await this.#slotLoss(cursor, failure);
        this.#options.onFallBack?.(reason);
        return this.#poll({ identity, layouts, after: cursor.settledSeq });
      },
    });
  }

  /** Whether a reader failed because its slot is lost; otherwise its failure is the consumer's to see. */
  async #slotLoss(cursor: SlotCursor, failure: unknown): Promise<Error> {
    if (isSlotLoss(failure)) return failure;
    try {
      await this.#parts.requireSlotAtCursor(this.#options.database, cursor);
    } catch (error) {
      if (isSlotLoss(error)) return error;
    }
    throw failure;
  }

  #poll({ identity, layouts, after }: { identity: FeedIdentity; layouts: LayoutBook; after: bigint }): PollReader {
    if (after < identity.floorSeq) throw historyGone({ needed: after, oldest: identity.floorSeq + 1n });
    const { database, pollMs } = this.#options;
    return new PollReader({
      source: this.#parts.pollSource(database, after),
      layouts,
      feedEpoch: identity.feedEpoch,
      after,
      pollMs,
    });
  }

  async #startOf(from: FeedOptions["from"], identity: FeedIdentity): Promise<FeedCursor> {
    const { database } = this.#options;
    const { feedEpoch, floorSeq } = identity;
    if (from === "oldest") return { mode: "poll", feedEpoch, seq: floorSeq };
    if (from === "now") return { mode: "poll", feedEpoch, seq: await settledNow(database) };
    await requireSameHistory(database, identity, { feedEpoch: from.feedEpoch, seq: seqOf(from) });
    return from;
  }
}

/** SQLSTATEs with which the server refuses to start a slot: in use; missing; no longer readable. */
function startFailure(slot: string, error: unknown): unknown {
  const sqlState = sqlStateOf(error);
  if (sqlState === "55006") return slotBusy(slot, error);
  if (sqlState === "42704") return slotGone(slot, "no such slot", error);
  return sqlState === "55000" ? slotGone(slot, "a slot whose log was removed", error) : error;
}

interface OpenParts {
  readonly consumer: string;
  readonly identity: FeedIdentity;
  readonly layouts: LayoutBook;
  readonly openReplication: () => Promise<ReplicationConnection>;
}

function seqOf(cursor: FeedCursor): bigint {
  return cursor.mode === "slot" ? cursor.settledSeq : cursor.seq;
}

/** Waits until all transactions that are open now have ended, and answers up to where batches are then told. */
export async function settledNow(database: Database): Promise<bigint> {
  const mark = new SettledMark(database, 0n);
  const goal = await lastSequence(database);
  const until = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const settled = await mark.look();
    if (settled >= goal) return settled;
    if (performance.now() > until) {
      throw repoError("TENON1539", "the change feed does not settle", {
        category: "resource",
        expected: `no transaction open for longer than ${SETTLE_MS_MAX} ms`,
        found: `settled up to ${settled} of ${goal}`,
        hint: "find the transaction in pg_stat_activity (any database of the cluster counts) and end it; set idle_in_transaction_session_timeout and transaction_timeout",
      });
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLE_POLL_MS));
  }
}

function requireConsumer(consumer: string): void {
  if (isConsumerName(consumer)) return;
  throw repoError("TENON1540", `"${consumer}" cannot name a consumer`, {
    category: "input",
    expected: "1 to 30 characters of a-z, 0-9 and _",
    found: consumer,
    hint: "slots are named after their consumer",
  });
}
