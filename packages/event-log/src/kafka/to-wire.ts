import type { NewRecord } from "../api/event-log.ts";
import type { WireRecord } from "./wire.ts";

/**
 * Header with the event time. Kafka's own timestamp is when the record was written: retention counts by it, and a replay of
 * old events must not be deleted on arrival.
 */
export const TIME_HEADER = "tenon-time-ms";

const encoder = new TextEncoder();

/** The event time comes last: readers that saw the other headers before need not read them again. */
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
