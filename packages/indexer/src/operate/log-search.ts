/** Records of given keys in the log. A look, not a scan: the newest records of a partition, and no more of them than a bound. */
import { type EventLog, type LogRecord, type PartitionOffsets, partitionOf, type Topic } from "@tenon/event-log/api";

/** Records of a partition that are looked at: a backlog beyond them is told by its lag. */
export const LOOKED_AT_MAX = 50_000;
const PULL_RECORDS = 2_000;
const PULL_BYTES = 8 * 2 ** 20;
const PULL_WAIT_MS = 250;

export interface FoundRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly appendedAtMs: number;
  /** Undefined for one that cannot be read. */
  readonly value: unknown;
}

/** Records of the keys, in order of offsets per partition, from `from(partition)` on. None where the topic is not there. */
export async function findRecords(
  log: EventLog,
  topic: Topic<never>,
  { keys, from }: { readonly keys: ReadonlySet<string>; readonly from?: (at: PartitionOffsets) => number },
): Promise<readonly FoundRecord[]> {
  const known = (await log.topics()).some((each) => each.topic === topic.name);
  if (!known || keys.size === 0) return [];
  const offsets = await log.offsets(topic.name);
  const wanted = new Set([...keys].map((key) => partitionOf(key, offsets.length)));
  const found: FoundRecord[] = [];
  for (const at of offsets.filter(({ partition }) => wanted.has(partition))) {
    const first = Math.max(from?.(at) ?? at.earliest, at.earliest, at.end - LOOKED_AT_MAX);
    for (const record of await recordsBetween(log, at, first)) {
      if (!keys.has(record.key)) continue;
      const decoded = topic.decode(record);
      const value = "value" in decoded ? decoded.value : undefined;
      found.push({
        topic: topic.name,
        partition: at.partition,
        offset: record.offset,
        key: record.key,
        appendedAtMs: record.appendedAtMs,
        value,
      });
    }
  }
  return found;
}

/** Up to the end that was told: what comes meanwhile is not waited for. */
async function recordsBetween(
  log: EventLog,
  { topic, partition, end }: PartitionOffsets,
  first: number,
): Promise<readonly LogRecord[]> {
  if (first >= end) return [];
  const records: LogRecord[] = [];
  const reader = await log.read({ topic, partition, fromOffset: first });
  try {
    for (;;) {
      const more = await reader.pull({ recordsMax: PULL_RECORDS, bytesMax: PULL_BYTES, waitMs: PULL_WAIT_MS });
      const wanted = more.filter(({ offset }) => offset < end);
      records.push(...wanted);
      const last = more.at(-1);
      if (last === undefined || last.offset + 1 >= end) return records;
    }
  } finally {
    await reader.close();
  }
}
