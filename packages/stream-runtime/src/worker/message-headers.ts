/** Headers of every message that a worker sends: who sent it, as which of its messages, and its id for good. */
import type { NewRecord } from "@tenon/event-log/api";
import type { OutboxRow, TaskPartition } from "../store/task-store.ts";

export const FROM_HEADER = "tenon-from";
export const SEQ_HEADER = "tenon-seq";
export const ID_HEADER = "tenon-id";

/** A row of a partition's outbox as its topic takes it. */
export function messageOf({ task, partition }: TaskPartition, row: OutboxRow): NewRecord {
  const { topic, partition: to, key, timeMs, value, seq, recordId } = row;
  const sender = { [FROM_HEADER]: `${task}/${partition}`, [SEQ_HEADER]: String(seq), [ID_HEADER]: recordId };
  return { topic, partition: to, key, timeMs, headers: { ...row.headers, ...sender }, value };
}
