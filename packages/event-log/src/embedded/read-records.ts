import type { Queryable } from "@tenon/postgres";
import type { Headers, LogRecord, TopicPartition } from "../api/event-log.ts";
import { beyondEnd, trimmed, unknownPartition } from "../errors.ts";
import type { ReadBounds } from "../group/direct-feed.ts";
import type { PartitionRef } from "./segments.ts";
import { partitionTable } from "./tables.ts";

interface Row {
  readonly earliest: bigint;
  readonly next_offset: bigint;
  readonly log_offset: bigint | null;
  readonly time_ms: bigint;
  readonly appended_at_ms: bigint;
  readonly key: Uint8Array;
  readonly headers: string;
  readonly value: Uint8Array;
}

/** Rows of one statement; each pull makes as many statements as it needs, and is woken for none of them. */
const ROWS_MAX = 5_000;

/**
 * Records from an offset on. One statement sees one moment: begin, end and records of it. Since offsets are given out and
 * become visible in one order, what it sees below the end is all there will ever be.
 *
 * @throws GraphError TENON1555, TENON1557
 */
export async function readRecords(
  database: Queryable,
  at: TopicPartition,
  { topicId, partition }: PartitionRef,
  offset: number,
  { recordsMax, bytesMax }: ReadBounds,
): Promise<readonly LogRecord[]> {
  const rows = await database.query<Row>(
    {
      name: `event-log read ${topicId}/${partition}`,
      text: `
        select p.earliest, p.next_offset, r.*
          from tenon_log_partition p left join lateral (
            select log_offset, time_ms, appended_at_ms, key, headers, value from (
              select found.*, sum(size) over (order by log_offset) as total from (
                select * from ${partitionTable(topicId, partition)}
                 where partition = $2 and log_offset >= $3 order by log_offset limit $4
              ) as found
            ) as summed where total <= $5 or total = size
          ) as r on true
         where p.topic_id = $1 and p.partition = $2
         order by r.log_offset`,
    },
    // A text, since a bound may be larger than any number of the server.
    [
      topicId,
      partition,
      offset,
      Math.min(recordsMax, ROWS_MAX),
      String(Math.min(Math.floor(bytesMax), Number.MAX_SAFE_INTEGER)),
    ],
  );
  const [first] = rows;
  if (first === undefined) throw unknownPartition(at);
  if (offset < Number(first.earliest)) throw trimmed(at, offset, Number(first.earliest));
  if (offset > Number(first.next_offset)) throw beyondEnd(at, offset, Number(first.next_offset));
  return rows.filter(({ log_offset }) => log_offset !== null).map((row) => toLogRecord(at, row));
}

function toLogRecord({ topic, partition }: TopicPartition, row: Row): LogRecord {
  return {
    ...{ topic, partition, offset: Number(row.log_offset) },
    key: Buffer.from(row.key.buffer, row.key.byteOffset, row.key.byteLength).toString(),
    timeMs: Number(row.time_ms),
    appendedAtMs: Number(row.appended_at_ms),
    headers: JSON.parse(row.headers) as Headers,
    value: row.value,
  };
}
