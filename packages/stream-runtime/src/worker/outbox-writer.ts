/** Numbers what a batch sends. */
import type { NewRecord } from "@tenon/event-log/api";
import type { OutboxRow, TaskPartition } from "../store/task-store.ts";
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

  send(record: NewRecord, recordId: string): void {
    const seq = ++this.#seq;
    const headers = { ...record.headers, [FROM_HEADER]: this.#from, [SEQ_HEADER]: String(seq), [ID_HEADER]: recordId };
    this.#rows.push({ ...record, headers, seq, recordId });
  }

  /** The rows since the last call. */
  take(): readonly OutboxRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}
