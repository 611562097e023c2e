import type { LogRecord, TopicPartition } from "../../api/event-log.ts";
import { RECORD_OVERHEAD_BYTES } from "../../api/limits.ts";
import { batchUnreadable } from "../../errors.ts";
import type { Cursor } from "./cursor.ts";
import { HeaderReader } from "./header-reader.ts";
import type { Run } from "./run.ts";
import { textOf } from "./text.ts";

/** Makes the records of one partition out of runs: one object each, whose value is a view of the run's buffer. */
export class RecordReader {
  readonly #at: TopicPartition;
  readonly #headers = new HeaderReader();
  /** Of the record read last, as `recordBytes` counts it. */
  bytes = 0;

  constructor(at: TopicPartition) {
    this.#at = at;
  }

  /** @throws GraphError TENON1566 for a record that does not end where it says */
  read({ bytes, batch }: Run, cursor: Cursor): LogRecord {
    const length = cursor.varint();
    const end = cursor.at + length;
    // A record's attributes mean nothing yet.
    cursor.at++;
    const writtenMs = batch.firstTimeMs + cursor.varint();
    const offset = batch.firstOffset + cursor.varint();
    const keyBytes = Math.max(0, cursor.varint());
    const key = textOf(bytes, cursor.at, cursor.at + keyBytes);
    cursor.at += keyBytes;
    const valueBytes = Math.max(0, cursor.varint());
    const valueAt = cursor.at;
    cursor.at += valueBytes;
    const { headers, characters } = this.#headers.read(cursor);
    if (cursor.at !== end || end > bytes.length)
      throw batchUnreadable({ ...this.#at, offset }, `a record of ${length} bytes`, "one that ends elsewhere");
    this.bytes = RECORD_OVERHEAD_BYTES + key.length + valueBytes + characters;
    const appendedAtMs = batch.appendedAtMs ?? writtenMs;
    return {
      topic: this.#at.topic,
      partition: this.#at.partition,
      key,
      timeMs: this.#headers.timeMs ?? appendedAtMs,
      headers,
      value: new Uint8Array(bytes.buffer, bytes.byteOffset + valueAt, valueBytes),
      offset,
      appendedAtMs,
    };
  }
}
