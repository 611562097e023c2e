/** What the store in memory holds of one partition, and what a commit and a rewind do to it. */
import type { WindowRow } from "../../window/fold-plan.ts";
import type { BatchCommit, OutboxRow, ParkedRow, Stop, TaskPartition } from "../task-store.ts";

export interface Partition extends TaskPartition {
  epoch: number;
  next: number | undefined;
  watermarkMs: number;
  outboxSeq: number;
  inbox: Record<string, number>;
  owner: string;
  movedAtMs: number;
  readonly state: Map<string, string>;
  readonly windows: Map<string, WindowRow>;
  outbox: (OutboxRow & { readonly madeAtMs: number })[];
  readonly parked: Map<number, ParkedRow & { isRetried: boolean; readonly parkedAtMs: number }>;
  resting: boolean;
  stopped: (Stop & { readonly atMs: number }) | undefined;
}

/** A partition that nobody has claimed yet. */
export function unclaimed({ task, partition }: TaskPartition, nowMs: number): Partition {
  return {
    ...{ task, partition, epoch: 0, next: undefined, watermarkMs: Number.NEGATIVE_INFINITY, outboxSeq: 0, inbox: {} },
    ...{ owner: "", movedAtMs: nowMs, state: new Map(), windows: new Map(), outbox: [], parked: new Map() },
    ...{ resting: false, stopped: undefined },
  };
}

/** Everything of a batch but the ids of its messages, which are unique over all partitions. */
export function applyBatch(partition: Partition, batch: BatchCommit, nowMs: number): void {
  if (batch.end > batch.start) partition.movedAtMs = nowMs;
  partition.next = batch.end;
  partition.watermarkMs = batch.watermarkMs;
  partition.outboxSeq = batch.outboxSeq;
  Object.assign(partition.inbox, batch.inbox);
  for (const { key, value } of batch.state) {
    if (value === null) partition.state.delete(key);
    else partition.state.set(key, value);
  }
  for (const row of batch.windows) partition.windows.set(windowKey(row), row);
  const { dropWindowsEndedBeforeMs } = batch;
  if (dropWindowsEndedBeforeMs !== undefined) {
    for (const [key, row] of partition.windows) {
      if (row.startMs + row.sizeMs <= dropWindowsEndedBeforeMs) partition.windows.delete(key);
    }
  }
  const made = batch.outbox.map((row) => ({ ...row, madeAtMs: nowMs }));
  partition.outbox = [...partition.outbox.filter(({ seq }) => seq > batch.relayedSeq), ...made];
  for (const offset of batch.unparked) partition.parked.delete(offset);
  for (const row of batch.parked) partition.parked.set(row.offset, { ...row, isRetried: false, parkedAtMs: nowMs });
}

/** Forgets what it has made of its records; the outbox stays. */
export function startAnew(partition: Partition, next: number): void {
  partition.epoch++;
  partition.resting = false;
  partition.next = next;
  partition.watermarkMs = Number.NEGATIVE_INFINITY;
  partition.inbox = {};
  partition.state.clear();
  partition.windows.clear();
  partition.parked.clear();
}

/** Sorts by size, then by start, then by key. */
export function windowKey({ sizeMs, startMs, key }: WindowRow): string {
  return `${String(sizeMs).padStart(12, "0")}/${String(startMs).padStart(15, "0")}/${key}`;
}
