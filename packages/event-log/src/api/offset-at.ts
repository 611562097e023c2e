import type { EventLog, TopicPartition } from "./event-log.ts";

/** Long enough for a record that is there to be fetched. */
const PEEK_WAIT_MS = 1_000;

/**
 * Offset of the first record that the log took at or after a time; the partition's end where there is none. Halves the range
 * with one read of one record each, so a partition of a million records takes twenty.
 *
 * @param atMs ms since 1970 on the log's clock
 * @throws GraphError TENON1553
 */
export async function offsetAt(log: EventLog, at: TopicPartition, atMs: number): Promise<number> {
  const found = (await log.offsets(at.topic)).find(({ partition }) => partition === at.partition);
  if (found === undefined) return 0;
  let [from, end] = [found.earliest, found.end];
  const reader = await log.read({ ...at, fromOffset: from });
  try {
    while (from < end) {
      const middle = from + Math.floor((end - from) / 2);
      reader.seek(middle);
      // Offsets have gaps: this is the first record from the middle on, or none is left.
      const [record] = await reader.pull({ recordsMax: 1, bytesMax: 1, waitMs: PEEK_WAIT_MS });
      if (record === undefined || record.offset >= end || record.appendedAtMs >= atMs) end = middle;
      else from = record.offset + 1;
    }
    return from;
  } finally {
    await reader.close();
  }
}
