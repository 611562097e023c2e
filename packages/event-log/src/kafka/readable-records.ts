import type { LogRecord, NewRecord, TopicPartition } from "../api/event-log.ts";
import type { FetchAnswer, FetchedRecord, WireBatch, WireRecord } from "./wire.ts";

/**
 * Header with the event time. Kafka's own timestamp is when the record was written: retention counts by it, and a replay of
 * old events must not be deleted on arrival.
 */
export const TIME_HEADER = "tenon-time-ms";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Longer text is worth the decoder's call. */
const SHORT_TEXT_BYTES = 128;

/** Keys and headers are short and mostly ASCII: that takes a third of the decoder's time. */
function textOf(bytes: Uint8Array): string {
  const { length } = bytes;
  if (length > SHORT_TEXT_BYTES) return decoder.decode(bytes);
  for (let at = 0; at < length; at++) if ((bytes[at] as number) > 0x7f) return decoder.decode(bytes);
  return Buffer.prototype.latin1Slice.call(bytes, 0, length);
}

/** Bytes of one buffer that copies of values share: a value that is kept holds at most so much beside itself. */
const SHARED_BYTES = 64 * 1024;

/**
 * Copies of values: the client's buffer holds the whole answer, which would live as long as one of its records. A buffer for
 * each would cost more than reading it, so small ones share.
 */
class Copies {
  #shared = new ArrayBuffer(0);
  #used = 0;

  of(value: Uint8Array): Uint8Array {
    const { length } = value;
    if (length * 8 > SHARED_BYTES) return Uint8Array.from(value);
    if (this.#used + length > this.#shared.byteLength) {
      this.#shared = new ArrayBuffer(SHARED_BYTES);
      this.#used = 0;
    }
    const copy = new Uint8Array(this.#shared, this.#used, length);
    copy.set(value);
    this.#used += length;
    return copy;
  }
}

export function toWire({ key, value, headers, timeMs }: NewRecord): WireRecord {
  const named = Object.entries(headers).map(([name, text]) => [name, encoder.encode(text)] as const);
  return { key: encoder.encode(key), value, headers: [...named, [TIME_HEADER, encoder.encode(String(timeMs))]] };
}

/** Bytes of a record in a batch; an upper bound. */
export function wireBytes({ key, value, headers }: WireRecord): number {
  let bytes = 32 + (key?.byteLength ?? 0) + (value?.byteLength ?? 0);
  for (const [name, text] of headers) bytes += 10 + name.length * 3 + text.byteLength;
  return bytes;
}

/**
 * What a reader gets of a fetch: data that is not of aborted transactions, from the offset asked for on.
 *
 * @returns the records, and where to go on: past marks and aborted records at the end too
 */
export function readableRecords(
  at: TopicPartition,
  { batches, aborted }: Pick<FetchAnswer, "batches" | "aborted">,
  fromOffset: number,
): { readonly records: readonly LogRecord[]; readonly nextOffset: number } {
  const records: LogRecord[] = [];
  const copies = new Copies();
  const open = new Set<bigint>();
  let nextAborted = 0;
  let nextOffset = fromOffset;
  for (const batch of batches) {
    for (; nextAborted < aborted.length; nextAborted++) {
      const transaction = aborted[nextAborted];
      if (transaction === undefined || transaction.firstOffset > batch.lastOffset) break;
      open.add(transaction.producerId);
    }
    if (batch.control) open.delete(batch.producerId);
    else if (!(batch.transactional && open.has(batch.producerId)))
      addRecords(records, { at, batch, fromOffset, copies });
    nextOffset = Math.max(nextOffset, batch.lastOffset + 1);
  }
  return { records, nextOffset };
}

interface Wanted {
  readonly at: TopicPartition;
  readonly batch: WireBatch;
  readonly fromOffset: number;
  readonly copies: Copies;
}

function addRecords(records: LogRecord[], { at, batch, fromOffset, copies }: Wanted): void {
  for (const record of batch.records) if (record.offset >= fromOffset) records.push(toLogRecord(at, record, copies));
}

/** Records of other producers too: without a key, without our time, with headers that are not text. */
function toLogRecord({ topic, partition }: TopicPartition, record: FetchedRecord, copies: Copies): LogRecord {
  const headers: Record<string, string> = {};
  let timeMs = record.timestampMs;
  for (const [name, bytes] of record.headers) {
    const text = textOf(bytes);
    if (name === TIME_HEADER) timeMs = Number.isSafeInteger(Number(text)) ? Number(text) : timeMs;
    else headers[name] = text;
  }
  return {
    topic,
    partition,
    offset: record.offset,
    timeMs,
    headers,
    key: record.key === null ? "" : textOf(record.key),
    value: record.value === null ? new Uint8Array(0) : copies.of(record.value),
    appendedAtMs: record.timestampMs,
  };
}
