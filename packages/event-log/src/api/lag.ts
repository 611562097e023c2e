import type { EventLog, PartitionOffsets, TopicPartition } from "./event-log.ts";

/** How far a reader is behind one partition. */
export interface Lag extends TopicPartition {
  /** Offsets between the reader and the end. More than the records to come where offsets have gaps. */
  readonly offsets: number;
  /** ms since the log took the oldest record not yet read; 0 when none is left. Tells what offsets hide: a stuck reader. */
  readonly ageMs: number;
  /** ms of event time between the newest record and what was read last; `undefined` while either is unknown. */
  readonly eventTimeMs: number | undefined;
}

export interface ReaderPosition extends TopicPartition {
  /** Offset that the reader's store holds: the next one to read. */
  readonly nextOffset: number;
  /** Event time of the record read last, if any. */
  readonly lastTimeMs?: number | undefined;
  /** When the log took the oldest record not yet read, if the reader has it at hand. */
  readonly oldestAppendedAtMs?: number | undefined;
}

/** Lag from figures at hand. @param nowMs on the log's clock, ms since 1970 */
export function lagOf(offsets: PartitionOffsets, position: ReaderPosition, nowMs: number): Lag {
  const { topic, partition } = offsets;
  const behind = Math.max(0, offsets.end - Math.max(position.nextOffset, offsets.earliest));
  const { oldestAppendedAtMs, lastTimeMs } = position;
  return {
    topic,
    partition,
    offsets: behind,
    ageMs: behind === 0 || oldestAppendedAtMs === undefined ? 0 : Math.max(0, nowMs - oldestAppendedAtMs),
    eventTimeMs:
      offsets.newestTimeMs === undefined || lastTimeMs === undefined
        ? undefined
        : Math.max(0, offsets.newestTimeMs - lastTimeMs),
  };
}

/**
 * Asks the log for the lag of readers: offsets, and the age of the record each would read next.
 * One read of one record per partition that is behind; partitions one after the other, so a status page cannot flood the log.
 */
export async function measureLag(
  log: EventLog,
  positions: readonly ReaderPosition[],
  nowMs: number,
): Promise<readonly Lag[]> {
  const lags: Lag[] = [];
  for (const topic of new Set(positions.map((position) => position.topic))) {
    const offsets = new Map((await log.offsets(topic)).map((each) => [each.partition, each]));
    for (const position of positions) {
      const found = offsets.get(position.partition);
      if (position.topic !== topic || found === undefined) continue;
      const oldestAppendedAtMs = position.oldestAppendedAtMs ?? (await appendedAtOf(log, position, found));
      lags.push(lagOf(found, { ...position, oldestAppendedAtMs }, nowMs));
    }
  }
  return lags;
}

/** Long enough for a record that is there to be fetched. */
const PEEK_WAIT_MS = 1_000;

async function appendedAtOf(
  log: EventLog,
  position: ReaderPosition,
  offsets: PartitionOffsets,
): Promise<number | undefined> {
  const fromOffset = Math.max(position.nextOffset, offsets.earliest);
  if (fromOffset >= offsets.end) return undefined;
  const { topic, partition } = position;
  const reader = await log.read({ topic, partition, fromOffset });
  try {
    const [oldest] = await reader.pull({ recordsMax: 1, bytesMax: 1, waitMs: PEEK_WAIT_MS });
    return oldest?.appendedAtMs;
  } finally {
    await reader.close();
  }
}
