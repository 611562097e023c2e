/** From the store's rows to ours. */
import type { Headers } from "@tenon/event-log/api";
import type { StoredValue, WindowRow } from "../../window/fold-plan.ts";
import type { OutboxRow, ParkedRecord, ParkedRow, TaskPartition } from "../task-store.ts";

export interface StoredOutboxRow {
  readonly seq: bigint;
  readonly topic: string;
  readonly to_partition: number;
  readonly key: string;
  readonly time_ms: bigint;
  readonly headers: Headers;
  readonly value: Uint8Array;
  readonly record_id: string;
}

export interface StoredParkedRow {
  readonly task: string;
  readonly partition: number;
  readonly at_offset: bigint;
  readonly topic: string;
  readonly key: string;
  readonly time_ms: bigint;
  readonly headers: Headers;
  readonly value: Uint8Array;
  readonly code: string;
  readonly reason: string;
  readonly owner: string;
  readonly input_digest: string | null;
}

export interface StoredParkedRecord extends StoredParkedRow {
  readonly wants_retry: boolean;
  readonly parked_at_ms: number;
}

export function readOutboxRow(row: StoredOutboxRow): OutboxRow {
  const { topic, key, headers, value } = row;
  const numbers = { seq: Number(row.seq), partition: row.to_partition, timeMs: Number(row.time_ms) };
  return { topic, key, headers, value, ...numbers, recordId: row.record_id };
}

export function readParkedRow(row: StoredParkedRow): ParkedRow & TaskPartition {
  const { task, partition, topic, key, headers, value, code, reason, owner } = row;
  const numbers = { offset: Number(row.at_offset), timeMs: Number(row.time_ms) };
  return {
    task,
    partition,
    topic,
    key,
    headers,
    value,
    code,
    reason,
    owner,
    ...numbers,
    inputDigest: row.input_digest ?? undefined,
  };
}

export function readParkedRecord(row: StoredParkedRecord): ParkedRecord {
  return { ...readParkedRow(row), parkedAtMs: row.parked_at_ms, wantsRetry: row.wants_retry };
}

export function readWindowRow(row: Readonly<Record<string, unknown>>): WindowRow {
  return {
    sizeMs: Number(row["size_ms"]),
    startMs: Number(row["start_ms"]),
    key: row["key"] as string,
    revision: row["revision"] as number,
    values: row["values"] as readonly StoredValue[],
  };
}
