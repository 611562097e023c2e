import type { Queryable } from "@tenon/postgres";
import type { Headers, LogRecord, TopicPartition } from "../api/event-log.ts";
import { beyondEnd, trimmed, unknownPartition } from "../errors.ts";
import type { Found, ReadBounds } from "../group/direct-feed.ts";
import type { PartitionRef } from "./segments.ts";
import { partitionTable, topicTable } from "./tables.ts";

/** All records found as one row: as rows of their own they would take several times as long to travel. */
interface Row {
  readonly earliest: bigint;
  readonly next_offset: bigint;
  /** `offset:time:appended:key bytes:value bytes` of each record. */
  readonly facts: string | null;
  /** Headers as JSON, a line each: JSON has no line breaks of its own. */
  readonly headers: string;
  /** Key and value of each. */
  readonly bytes: Uint8Array;
}

/** Rows of one statement; each pull makes as many statements as it needs, and is woken for none of them. */
const ROWS_MAX = 5_000;

/**
 * Records from an offset on. The range of offsets is closed on both sides, since they have no holes: however the server reads
 * it, it reads no more than that. One statement sees one moment: begin, end and records of it. Since offsets are given out and
 * become visible in one order, what it sees below the end is all there will ever be.
 *
 * @throws GraphError TENON1555, TENON1557
 */
export async function readRecords(
  database: Queryable,
  at: TopicPartition,
  { topicId, partition }: PartitionRef,
  offset: number,
  bounds: ReadBounds,
): Promise<Found> {
  const [row] = await database.query<Row>(
    {
      name: `event-log read ${topicId}/${partition}`,
      text: `
        select p.earliest, p.next_offset, r.*
          from tenon_log_partition p left join lateral (
            ${packedRows(`select * from ${partitionTable(topicId, partition)}
                   where partition = $2 and log_offset >= $3 and log_offset < $3 + $4`)} where total <= $5 or total = size
          ) as r on true
         where p.topic_id = $1 and p.partition = $2`,
    },
    [topicId, partition, offset, ...boundsOf(bounds)],
  );
  return foundIn(at, offset, row);
}

/** One read of several. */
export interface Read {
  readonly at: TopicPartition;
  readonly partition: number;
  readonly offset: number;
  readonly bounds: ReadBounds;
}

/**
 * As `readRecords` of several partitions of a topic, by one statement. What one of them is refused, it is refused alone.
 *
 * @param reads each of another partition
 */
export async function readTogether(
  database: Queryable,
  topicId: number,
  reads: readonly Read[],
): Promise<readonly (() => Found)[]> {
  const rows = await database.query<Row & { readonly partition: number }>(
    {
      name: `event-log read ${topicId}`,
      text: `
        select p.partition, p.earliest, p.next_offset, r.*
          from unnest($2::int4[], $3::int8[], $4::int8[], $5::numeric[]) as asked (partition, first, rows_max, bytes_max)
          join tenon_log_partition p on p.topic_id = $1 and p.partition = asked.partition
          left join lateral (
            ${packedRows(`select * from ${topicTable(topicId)} t
                   where t.partition = asked.partition and log_offset >= asked.first and log_offset < asked.first + asked.rows_max`)}
             where total <= asked.bytes_max or total = size
          ) as r on true`,
    },
    [
      topicId,
      reads.map(({ partition }) => partition),
      reads.map(({ offset }) => offset),
      reads.map(({ bounds }) => boundsOf(bounds)[0]),
      reads.map(({ bounds }) => boundsOf(bounds)[1]),
    ],
  );
  const byPartition = new Map(rows.map((row) => [row.partition, row]));
  return reads.map(
    ({ at, partition, offset }) =>
      () =>
        foundIn(at, offset, byPartition.get(partition)),
  );
}

/** The start of a query for all records of a query as one row, with the bytes up to each as `total`. */
function packedRows(query: string): string {
  return `select string_agg(log_offset || ':' || time_ms || ':' || appended_at_ms || ':' ||
                              octet_length(key) || ':' || octet_length(value), ',' order by log_offset) as facts,
                   string_agg(headers, E'\\n' order by log_offset) as headers,
                   string_agg(key || value, ''::bytea order by log_offset) as bytes
              from (
                select found.*, sum(size) over (order by log_offset) as total from (${query}) as found
              ) as summed`;
}

/** Bytes as text, since a bound may be larger than any number of the server. */
function boundsOf({ recordsMax, bytesMax }: ReadBounds): readonly [rows: number, bytes: string] {
  return [Math.min(recordsMax, ROWS_MAX), String(Math.min(Math.floor(bytesMax), Number.MAX_SAFE_INTEGER))];
}

function foundIn(at: TopicPartition, offset: number, row: Row | undefined): Found {
  if (row === undefined) throw unknownPartition(at);
  const end = Number(row.next_offset);
  if (offset < Number(row.earliest)) throw trimmed(at, offset, Number(row.earliest));
  if (offset > end) throw beyondEnd(at, offset, end);
  return { records: row.facts === null ? [] : unpacked(at, row.facts.split(","), row), end };
}

function unpacked(
  { topic, partition }: TopicPartition,
  facts: readonly string[],
  { headers, bytes }: Row,
): readonly LogRecord[] {
  const lines = headers.split("\n");
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = 0;
  return facts.map((fact, at) => {
    const [offset, timeMs, appendedAtMs, keyBytes, valueBytes] = fact.split(":").map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const valueAt = start + keyBytes;
    const line = lines[at] as string;
    const record = {
      ...{ topic, partition, offset, timeMs, appendedAtMs },
      key: buffer.toString("utf8", start, valueAt),
      headers: line === "{}" ? NO_HEADERS : (JSON.parse(line) as Headers),
      // A copy: the answer would live as long as one of its records.
      value: bytes.slice(valueAt, valueAt + valueBytes),
    };
    start = valueAt + valueBytes;
    return record;
  });
}

const NO_HEADERS: Headers = Object.freeze({});
