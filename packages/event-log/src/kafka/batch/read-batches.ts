/**
 * Record batches as brokers keep and send them, format 2: DefaultRecordBatch of Kafka. A batch is checked before anything of it
 * is used: its checksum, its format, its compression. Records are read one by one, later (`run.ts`).
 */
import type { TopicPartition } from "../../api/event-log.ts";
import { batchUnreadable } from "../../errors.ts";
import { crc32c } from "./crc32c.ts";
import { decompressed } from "./decompressed.ts";

export interface Batch {
  readonly firstOffset: number;
  /** Of the last record that it was written with, which may be gone. */
  readonly lastOffset: number;
  readonly producerId: bigint;
  readonly transactional: boolean;
  /** Its records are marks of the protocol, not anybody's data. */
  readonly control: boolean;
  /** Records count their time from here, ms. */
  readonly firstTimeMs: number;
  /** When the broker took the batch, where the topic says so: then that is the time of each of its records. */
  readonly appendedAtMs: number | undefined;
  readonly count: number;
  /** Its records, not compressed. */
  readonly body: Uint8Array;
}

/** Places of fields, in bytes from the batch's first. */
const AT = { length: 8, magic: 16, checksum: 17, attributes: 21, lastDelta: 23, firstTime: 27, maxTime: 35 } as const;
const PRODUCER_ID_AT = 43;
const COUNT_AT = 57;
const BODY_AT = 61;
/** The length field counts what follows it. */
const LENGTH_END = 12;
const MAGIC = 2;

const COMPRESSION = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/**
 * The whole batches of an answer, in order; a last one that the answer's bound has cut is left out.
 *
 * @throws GraphError TENON1566 at a batch that cannot be read
 */
export function* readBatches(at: TopicPartition, bytes: Uint8Array): Generator<Batch, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start + LENGTH_END <= bytes.length; ) {
    const end = start + LENGTH_END + view.getInt32(start + AT.length);
    const place = { ...at, offset: Number(view.getBigInt64(start)) };
    if (end < start + AT.magic + 1)
      throw batchUnreadable(place, "a length of at least 5 bytes", `${end - start - LENGTH_END}`);
    if (end > bytes.length) return;
    yield batchIn(place, bytes, start, end);
    start = end;
  }
}

function batchIn(
  place: TopicPartition & { readonly offset: number },
  bytes: Uint8Array,
  start: number,
  end: number,
): Batch {
  const magic = bytes[start + AT.magic];
  if (magic !== MAGIC) throw batchUnreadable(place, "format 2, Kafka's since 0.11", `format ${magic}`);
  if (end < start + BODY_AT) throw batchUnreadable(place, `at least ${BODY_AT} bytes`, `${end - start}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
  const [told, found] = [view.getUint32(AT.checksum), crc32c(bytes, start + AT.attributes, end)];
  if (told !== found) throw batchUnreadable(place, `checksum ${told.toString(16)}`, found.toString(16));
  const attributes = view.getInt16(AT.attributes);
  const packed = bytes.subarray(start + BODY_AT, end);
  return {
    firstOffset: place.offset,
    lastOffset: place.offset + view.getInt32(AT.lastDelta),
    producerId: view.getBigInt64(PRODUCER_ID_AT),
    transactional: (attributes & TRANSACTIONAL) !== 0,
    control: (attributes & CONTROL) !== 0,
    firstTimeMs: Number(view.getBigInt64(AT.firstTime)),
    appendedAtMs: (attributes & LOG_APPEND_TIME) === 0 ? undefined : Number(view.getBigInt64(AT.maxTime)),
    count: view.getInt32(COUNT_AT),
    body: decompressed(place, packed, attributes & COMPRESSION),
  };
}
