import type { Transaction } from "@tenon/postgres";
import type { ChangeBatch } from "./change.ts";

/**
 * Where a consumer is. Plain data: it is stored in the consumer's own transaction, beside what it made of the batches.
 *
 * C1 A cursor is valid for one history (`feedEpoch`) and, of a slot, one incarnation; both are checked before the first batch.
 * C2 Every batch with `seq <= settledSeq` has been delivered: a lost slot is replaced by polling from there.
 */
export type FeedCursor = SlotCursor | PollCursor;

export interface PollCursor {
  readonly mode: "poll";
  readonly feedEpoch: string;
  /** Last delivered sequence number; also what is settled. */
  readonly seq: bigint;
}

export interface SlotCursor {
  readonly mode: "slot";
  readonly feedEpoch: string;
  readonly slot: string;
  /** Everything that committed up to here is delivered. Only ends of commits and idle positions, never a row's position. */
  readonly lsn: bigint;
  readonly settledSeq: bigint;
}

export interface FeedPull {
  /** In feed order; empty when none came in time. */
  readonly batches: readonly ChangeBatch[];
  /** To be stored with what was made of the batches, then acknowledged. Moves on an idle feed, too. */
  readonly cursor: FeedCursor;
}

export interface FeedPullOptions {
  readonly batchesMax: number;
  /** How long an empty pull waits. 0 looks once. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

/**
 * F1 Batches of transactions that wrote the same row come in the order in which they wrote it.
 * F2 No batch is left out; one is repeated only after a restart or a fall-back, back to the last stored cursor.
 * F3 Nothing past an acknowledged cursor is ever confirmed to the server.
 */
export interface FeedReader {
  /** @throws GraphError TENON1530 to TENON1538 when the feed cannot go on without losing a batch */
  pull(options: FeedPullOptions): Promise<FeedPull>;
  /** The cursor is stored: the server may forget what lies before it. */
  acknowledge(cursor: FeedCursor): Promise<void>;
  close(): Promise<void>;
}

export interface FeedOptions {
  /** Names the consumer, its cursor and its slot. `[a-z0-9_]`, at most 30. */
  readonly consumer: string;
  /** Where to start: a stored cursor, the oldest stored batch, or what commits from now on. */
  readonly from: FeedCursor | "oldest" | "now";
}

export interface ChangeFeed {
  open(options: FeedOptions): Promise<FeedReader>;
}

/** A consumer's cursor as claimed: later claims fence earlier ones off. */
export interface ClaimedCursor {
  readonly fence: bigint;
  /** Absent for a new consumer. */
  readonly cursor: FeedCursor | undefined;
}

/** Stored cursors. */
export interface CursorStore<Joined = Transaction> {
  claim(consumer: string): Promise<ClaimedCursor>;
  /** In the consumer's transaction. @throws GraphError TENON1533 when another has claimed the consumer since */
  save(tx: Joined, owner: { readonly consumer: string; readonly fence: bigint }, cursor: FeedCursor): Promise<void>;
}
