/**
 * Where a worker's progress lives: the fenced offset, state, windows, outbox and parked records of every task.
 *
 * E1 `commit` makes all of a batch real or none of it, and only if the partition still stands at the batch's start under the
 *    batch's epoch. So of two workers that both believe they own a partition, one commits and the other is told "fenced".
 * E2 `claim` raises the epoch: whatever an earlier owner still has in flight is fenced from then on.
 * E3 Outbox rows have rising `seq` without gaps per task and partition; they stay until `relayed` says they are in the log.
 */
import type { Headers } from "@tenon/event-log/api";
import type { WindowRow } from "../window/window-table.ts";

export interface TaskPartition {
  readonly task: string;
  readonly partition: number;
}

export interface Claim {
  readonly epoch: number;
  /** Offset of the first record that is not applied; `undefined` for a partition that was never claimed. */
  readonly next: number | undefined;
  readonly watermarkMs: number;
  /** `seq` of the last outbox row that was made. */
  readonly outboxSeq: number;
  /** Highest sequence taken per source, `task/partition`. */
  readonly inbox: Readonly<Record<string, number>>;
}

/** What operators want of a partition. */
export interface Control {
  readonly paused: boolean;
  /** Parked records wait for another try. */
  readonly hasRetries: boolean;
}

/** How far a partition's time is. */
export interface PartitionTime {
  readonly partition: number;
  readonly watermarkMs: number;
  /** Since its last commit, on the store's clock. */
  readonly quietMs: number;
}

/** One row of keyed state; `value` is canonical JSON text, or `null` for a key to forget. */
export interface StateRow {
  readonly key: string;
  readonly value: string | null;
}

export interface OutboxRow {
  readonly seq: number;
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly timeMs: number;
  readonly headers: Headers;
  readonly value: Uint8Array;
  /** From the input alone; unique for good. */
  readonly recordId: string;
}

/** A record that could not be processed, kept with all that is needed to try again. */
export interface ParkedRow {
  readonly topic: string;
  readonly offset: number;
  readonly key: string;
  readonly timeMs: number;
  readonly headers: Headers;
  readonly value: Uint8Array;
  readonly code: string;
  readonly reason: string;
  readonly owner: string;
  /** Digest of the inputs of the node that failed, where one did. */
  readonly inputDigest: string | undefined;
}

/** Everything that one micro-batch makes real. */
export interface BatchCommit extends TaskPartition {
  readonly epoch: number;
  /** The stored `next` before it, and after. Offsets have gaps: `end` is one past the last record taken. */
  readonly start: number;
  readonly end: number;
  readonly watermarkMs: number;
  readonly outboxSeq: number;
  /** Only what changed. */
  readonly inbox: Readonly<Record<string, number>>;
  readonly state: readonly StateRow[];
  readonly windows: readonly WindowRow[];
  /** Windows that ended before this are dropped; `undefined` leaves them. */
  readonly dropWindowsEndedBeforeMs: number | undefined;
  readonly outbox: readonly OutboxRow[];
  /** Outbox rows up to this are in the log and can go. */
  readonly relayedSeq: number;
  readonly parked: readonly ParkedRow[];
  /** Offsets of parked records that were processed again in this batch. */
  readonly unparked: readonly number[];
  /** Write sets for the repository, in record order. */
  readonly writes: readonly unknown[];
}

/** `fenced`: another owner has the partition, or an operator moved it. Nothing of the batch was kept; this owner stops. */
export type CommitOutcome = "committed" | "fenced";

export interface TaskStatus extends TaskPartition {
  readonly epoch: number;
  readonly next: number;
  readonly watermarkMs: number;
  readonly paused: boolean;
  readonly owner: string;
  readonly outboxPending: number;
  /** Event time of the oldest message that waits in the outbox. */
  readonly outboxOldestMs: number | undefined;
  readonly parked: number;
}

/** What the store must know of a task to hold its rows. */
export interface StoredTask {
  readonly name: string;
  /** Aggregate name → how it is stored, in order; `undefined` without windows. */
  readonly window: Readonly<Record<string, "number" | "map">> | undefined;
}

export interface TaskStore {
  /** Makes room for the tasks. Refuses a task whose stored aggregates differ from those declared (TENON1800). */
  prepare(tasks: readonly StoredTask[]): Promise<void>;
  claim(at: TaskPartition, owner: string): Promise<Claim>;
  /** State of the keys that have any. */
  state(at: TaskPartition, keys: readonly string[]): Promise<readonly StateRow[]>;
  /** Rows of windows that end after a time. */
  windows(at: TaskPartition, endAfterMs: number): Promise<readonly WindowRow[]>;
  commit(batch: BatchCommit): Promise<CommitOutcome>;
  control(at: TaskPartition): Promise<Control>;
  /** All partitions of a task that were ever claimed. */
  times(task: string): Promise<readonly PartitionTime[]>;
  /** Outbox rows after a sequence number, in order, at most `rowsMax`. */
  outbox(at: TaskPartition, afterSeq: number, rowsMax: number): Promise<readonly OutboxRow[]>;
  /** Removes outbox rows that are in the log, outside a batch. */
  relayed(at: TaskPartition, upToSeq: number): Promise<void>;
  /** Parked records that an operator wants tried again, at most `rowsMax`. */
  retries(at: TaskPartition, rowsMax: number): Promise<readonly (ParkedRow & TaskPartition)[]>;
  close(): Promise<void>;
}

/** What operators can do; every command is refused by name when it cannot be done (TENON1808). */
export interface TaskOperations {
  status(): Promise<readonly TaskStatus[]>;
  pause(task: string, paused: boolean): Promise<void>;
  parked(task: string): Promise<readonly (ParkedRow & TaskPartition)[]>;
  /** Marks parked records for another try; returns how many. */
  retryParked(task: string, offsets: readonly number[] | "all"): Promise<number>;
  /** Forgets state and windows of the task and starts it at the offsets. Fences every running worker. */
  rewind(task: string, next: Readonly<Record<number, number>>): Promise<void>;
}
