/**
 * Where a worker's progress lives: the fenced offset, state, windows, outbox and parked records of every task.
 *
 * E1 `commit` makes all of a batch real or none of it, and only if the partition still stands at the batch's start under the
 *    batch's epoch. So of two workers that both believe they own a partition, one commits and the other is told "fenced".
 * E2 `claim` raises the epoch: whatever an earlier owner still has in flight is fenced from then on.
 * E4 `commitTogether` makes batches of several partitions of a task real at once, or none of them: when one is fenced ("fenced"), or
 *    the whole is refused (it throws). Each of them can then be committed by itself.
 * E3 Outbox rows have rising `seq` without gaps per task and partition; they stay until `relayed` says they are in the log.
 */
import type { Headers } from "@tenon/event-log/api";
import type { Lane } from "../task/lane.ts";
import type { WindowRow } from "../window/fold-plan.ts";

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
  /** Later than the worker's own: the partition was taken over, or rewound under the same owner. */
  readonly epoch: number;
  readonly owner: string;
  readonly paused: boolean;
  /** Parked records wait for another try. */
  readonly hasRetries: boolean;
  /** Its worker has said, since the pause, that it stands still (`rest`). */
  readonly resting: boolean;
}

/** Why a worker left a partition by itself. `halted`: its data says so, and it stays; the others are tried again. */
export interface Stop {
  readonly kind: "fenced" | "halted" | "failed";
  readonly code: string;
  readonly reason: string;
  /** The worker. */
  readonly owner: string;
  /** Under which it worked: a halt holds as long as the partition has no later one. */
  readonly epoch: number;
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
  /** Without those that say who sent it as which message: they follow from the row. */
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
  /** Only what changed; `undefined` for nothing. */
  readonly inbox: Readonly<Record<string, number>> | undefined;
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
  /** Of the task: what its writes wake is as urgent as itself. */
  readonly lane: Lane;
}

/** `fenced`: another owner has the partition, or an operator moved it. Nothing of the batch was kept; this owner stops. */
export type CommitOutcome = "committed" | "fenced";

export interface TaskStatus extends TaskPartition {
  /** Topic that the task reads. */
  readonly source: string;
  readonly epoch: number;
  readonly next: number;
  readonly watermarkMs: number;
  readonly paused: boolean;
  /** Everything is committed and the outbox is in the log; only while paused. */
  readonly resting: boolean;
  readonly owner: string;
  /** Since its last commit, or its first claim, on the store's clock. */
  readonly quietMs: number;
  readonly outboxPending: number;
  /** Since the oldest message that waits in the outbox was committed; 0 for none. */
  readonly outboxAgeMs: number;
  readonly parked: number;
  /** The last time that a worker left it by itself, if any did. */
  readonly stopped: (Stop & { readonly atMs: number }) | undefined;
}

/** A record that was put aside, as operators see it. */
export interface ParkedRecord extends ParkedRow, TaskPartition {
  readonly parkedAtMs: number;
  /** It is marked for another try. */
  readonly wantsRetry: boolean;
}

/** Offsets are of one partition, or of all where none is named. */
export interface ParkedChoice {
  readonly offsets: readonly number[] | "all";
  readonly partition?: number | undefined;
}

/** What the store knows of a partition, counted: what a rewind forgets. */
export interface Holdings extends TaskPartition {
  readonly stateKeys: number;
  readonly windowRows: number;
  readonly parked: number;
  readonly outboxPending: number;
}

/** What the store must know of a task to hold its rows. */
export interface StoredTask {
  readonly name: string;
  /** Topic that it reads. */
  readonly source: string;
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
  /** As `commit` of each, all of them or none (E4). */
  commitTogether(batches: readonly BatchCommit[]): Promise<CommitOutcome>;
  control(at: TaskPartition): Promise<Control>;
  /** A paused partition has committed everything, and its outbox is in the log. Ignored from an earlier owner. */
  rest(at: TaskPartition, epoch: number): Promise<void>;
  /** Keeps why a worker left the partition; what a later owner said stays. */
  noteStop(at: TaskPartition, stop: Stop): Promise<void>;
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
  parked(task: string): Promise<readonly ParkedRecord[]>;
  /** Marks parked records for another try; returns how many. */
  retryParked(task: string, choice: ParkedChoice): Promise<number>;
  /** Counts rows: not for a page that is looked at every second. */
  holdings(task: string): Promise<readonly Holdings[]>;
  /** Forgets state, windows, parked records and inbox of the partitions, and starts them at the offsets. Fences their workers. */
  rewind(task: string, next: Readonly<Record<number, number>>): Promise<void>;
}
