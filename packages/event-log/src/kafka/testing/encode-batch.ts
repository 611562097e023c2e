/** Record batches for tests, by another hand: @platformatic/kafka's encoder. What it cannot say is written into its bytes. */
import { crc32c, createRecordsBatch, type MessageRecord } from "@platformatic/kafka";
import type { WireRecord } from "../wire.ts";

export interface BatchOptions {
  readonly firstOffset?: number;
  /** When its first record was written, ms. */
  readonly timeMs?: number;
  /** How much later than the first each record was written, ms; may be earlier. */
  readonly laterMs?: readonly number[];
  /** The broker's time, where the topic takes that. */
  readonly appendedAtMs?: number | undefined;
  readonly compression?: "none" | "gzip" | "snappy" | "lz4" | "zstd";
  readonly producerId?: bigint;
  readonly transactional?: boolean;
  readonly control?: boolean;
}

const BITS = { logAppendTime: 0x08, transactional: 0x10, control: 0x20 } as const;

export function encodeBatch(records: readonly WireRecord[], options: BatchOptions = {}): Buffer {
  const { firstOffset = 0, timeMs = 0, compression = "none", producerId = -1n } = options;
  const messages = records.map(
    ({ key, value, headers }, at): MessageRecord => ({
      ...{ topic: "t", partition: 0, timestamp: BigInt(timeMs + (at === 0 ? 0 : (options.laterMs?.[at] ?? 0))) },
      ...(key !== null && { key: Buffer.from(key) }),
      // Its types leave out that a value may be missing; its writer does not.
      value: (value === null ? null : Buffer.from(value)) as Buffer,
      headers: new Map(headers.map(([name, bytes]) => [Buffer.from(name), Buffer.from(bytes)])),
    }),
  );
  const batch = createRecordsBatch(messages, { compression, producerId }).buffer;
  return patched(batch, (bytes) => {
    bytes.writeBigInt64BE(BigInt(firstOffset), 0);
    let attributes = bytes.readInt16BE(21);
    if (options.transactional === true) attributes |= BITS.transactional;
    if (options.control === true) attributes |= BITS.control;
    if (options.appendedAtMs !== undefined) {
      attributes |= BITS.logAppendTime;
      bytes.writeBigInt64BE(BigInt(options.appendedAtMs), 35);
    }
    bytes.writeInt16BE(attributes, 21);
  });
}

/** A copy that somebody has changed and given a right checksum. */
export function patched(batch: Uint8Array, change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(batch);
  change(bytes);
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
  return bytes;
}

export function record(text: string, headers: Readonly<Record<string, string>> = {}): WireRecord {
  const named = Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)] as const);
  return { key: null, value: Buffer.from(text), headers: named };
}
