/** Numbers what a batch sends. */
import type { NewRecord } from "@tenon/event-log/api";
import type { OutboxRow } from "../store/task-store.ts";

export class OutboxWriter {
  #seq: number;
  #rows: OutboxRow[] = [];

  constructor(lastSeq: number) {
    this.#seq = lastSeq;
  }

  /** Number of the last row. */
  get seq(): number {
    return this.#seq;
  }

  send({ topic, partition, key, timeMs, headers, value }: NewRecord, recordId: string): void {
    this.#rows.push({ seq: ++this.#seq, topic, partition, key, timeMs, headers, value, recordId });
  }

  /** The rows since the last call. */
  take(): readonly OutboxRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}
