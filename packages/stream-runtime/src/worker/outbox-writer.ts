/** What a batch sends: messages of the graph, results of windows, late events and dead letters, numbered in their order. */
import { type LogRecord, type NewRecord, onUnreadable, type Topic, type Unreadable } from "@tenon/event-log/api";
import type { OutboxRow, TaskPartition } from "../store/task-store.ts";
import type { Message } from "../task/message.ts";
import type { Task } from "../task/task.ts";
import type { Emission } from "../window/windows.ts";

export class OutboxWriter {
  readonly #task: Task;
  readonly #at: TaskPartition;
  readonly #sinks: readonly (readonly [slot: string, topic: Topic<unknown>])[];
  #seq: number;
  #rows: OutboxRow[] = [];

  constructor(task: Task, at: TaskPartition, lastSeq: number) {
    this.#task = task;
    this.#at = at;
    this.#sinks = Object.entries(task.sinks);
    this.#seq = lastSeq;
  }

  /** Number of the last row. */
  get seq(): number {
    return this.#seq;
  }

  /** The rows since the last call. */
  take(): readonly OutboxRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  /** The messages of a record's run. */
  sendMessages(record: LogRecord, response: Readonly<Record<string, unknown>>): void {
    for (const [slot, topic] of this.#sinks) {
      for (const [index, message] of ((response[slot] ?? []) as readonly Message[]).entries()) {
        this.#send(topic.record(message), this.#recordId(record, slot, index));
      }
    }
  }

  sendResult({ key, sizeMs, startMs, revision, table }: Emission): void {
    const { window, name } = this.#task;
    if (window === undefined) return;
    const value = { key, sizeMs, startMs, revision, values: table.valuesOf(key) };
    const recordId = `${name}/${key}/${sizeMs}/${startMs}/${revision}`;
    this.#send(window.results.record({ key, timeMs: startMs, value }), recordId);
  }

  /** An event that came after the grace of its window. */
  sendLate(record: LogRecord, { key, counted, watermarkMs }: LateFacts): void {
    const { window } = this.#task;
    if (window === undefined) return;
    const smallest = window.sizesMs[0] as number;
    const endMs = Math.floor(record.timeMs / smallest) * smallest + smallest + window.graceMs;
    const { topic, partition, offset, timeMs } = record;
    const lateByMs = watermarkMs - endMs;
    const value = { key, timeMs, lateByMs, topic, partition, offset, event: JSON.stringify(counted) };
    this.#send(window.late.record({ key, timeMs, value }), this.#recordId(record, "late", 0));
  }

  /** @throws GraphError TENON1565 where the topic's records may not be skipped over */
  sendDeadLetter(record: LogRecord, why: Unreadable): void {
    this.#send(onUnreadable(this.#task.source, record, why), this.#recordId(record, "dead", 0));
  }

  #send({ topic, partition, key, timeMs, headers, value }: NewRecord, recordId: string): void {
    this.#rows.push({ seq: ++this.#seq, topic, partition, key, timeMs, headers, value, recordId });
  }

  #recordId({ offset }: LogRecord, output: string, index: number): string {
    return `${this.#at.task}/${this.#at.partition}/${offset}/${output}/${index}`;
  }
}

interface LateFacts {
  readonly key: string;
  /** What the window would have folded. */
  readonly counted: unknown;
  readonly watermarkMs: number;
}
