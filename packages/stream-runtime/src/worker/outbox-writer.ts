/** Numbers and encodes what a batch sends. */
import { type Headers, type Topic, partitionOf } from "@tenon/event-log/api";
import type { OutboxRow, TaskPartition } from "../store/task-store.ts";
import type { Message } from "../task/message.ts";
import { FROM_HEADER, ID_HEADER, SEQ_HEADER } from "./record-reading.ts";

export class OutboxWriter {
  readonly #from: string;
  #seq: number;
  #rows: OutboxRow[] = [];

  constructor({ task, partition }: TaskPartition, lastSeq: number) {
    this.#from = `${task}/${partition}`;
    this.#seq = lastSeq;
  }

  /** Number of the last row. */
  get seq(): number {
    return this.#seq;
  }

  send(topic: Topic<unknown>, message: Message, recordId: string): void {
    this.#add(topic.name, partitionOf(message.key, topic.partitions), message.key, message.timeMs, {
      headers: topic.headers,
      value: topic.encode(message.value),
      recordId,
    });
  }

  /** A record made elsewhere, e.g. a dead letter: its bytes go as they are. */
  pass(record: { topic: string; partition: number; key: string; timeMs: number; headers: Headers; value: Uint8Array }, recordId: string): void {
    this.#add(record.topic, record.partition, record.key, record.timeMs, { ...record, recordId });
  }

  take(): readonly OutboxRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #add(
    topic: string,
    partition: number,
    key: string,
    timeMs: number,
    { headers, value, recordId }: { headers: Headers; value: Uint8Array; recordId: string },
  ): void {
    const seq = ++this.#seq;
    const sent = { ...headers, [FROM_HEADER]: this.#from, [SEQ_HEADER]: String(seq), [ID_HEADER]: recordId };
    this.#rows.push({ seq, topic, partition, key, timeMs, headers: sent, value, recordId });
  }
}
