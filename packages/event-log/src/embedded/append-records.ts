import type { Database, Queryable, Statement } from "@tenon/postgres";
import type { NewRecord } from "../api/event-log.ts";
import { recordBytes } from "../api/record-size.ts";
import { makeSegment, type PartitionRef } from "./segments.ts";
import { NOW_MS, topicTable } from "./tables.ts";

/** Bytes of one statement. */
export const BATCH_BYTES_MAX = 4 * 1024 * 1024;
/** Records of one statement; a segment holds many such. */
export const BATCH_RECORDS_MAX = 5_000;
/** A statement and the segment that it needs are two transactions: another process may fill the segment in between. */
const ATTEMPTS_MAX = 5;

export interface AppendOptions {
  /** For tests: another way to give out offsets, that loses rows. */
  readonly head?: string;
}

/**
 * Offsets come from the partition's row, which the statement holds until its transaction has ended. So they have no holes and
 * become visible in their order: no reader sees one before an earlier one that is still to come (L3). A sequence has both: of
 * a table with one, a reader that remembers the highest number loses rows.
 */
const BY_ROW_LOCK = `
  update tenon_log_partition set next_offset = next_offset + $3
   where topic_id = $1 and partition = $2 and next_offset + $3 <= segment_end
   returning next_offset - $3 as first`;

/** Appends one batch to one partition, whole or not at all. @param on a transaction, where not by itself. @returns the first offset */
export async function appendRecords(
  database: Database,
  place: PartitionRef,
  records: readonly NewRecord[],
  options: AppendOptions = {},
  on: Queryable = database,
): Promise<number> {
  const values = [place.topicId, place.partition, records.length, ...packed(records)];
  const statement = appendStatement(place.topicId, options);
  for (let attempt = 1; ; attempt++) {
    const [row] = await on.query<{ first: bigint }>(statement, values);
    if (row !== undefined) return Number(row.first);
    if (attempt >= ATTEMPTS_MAX) throw new Error("no segment takes the records");
    await makeSegment(database, place, records.length);
  }
}

/** One statement is one round trip and one transaction: the row is held for as short as can be. */
function appendStatement(topicId: number, { head = BY_ROW_LOCK }: AppendOptions): Statement {
  return {
    name: `event-log append ${topicId}${head === BY_ROW_LOCK ? "" : " by hook"}`,
    text: `
      with head as (${head}),
      appended as (
        insert into ${topicTable(topicId)} (partition, log_offset, time_ms, appended_at_ms, size, key, headers, value)
        select $2, head.first + r.place - 1, r.time_ms, ${NOW_MS}, r.size,
               substring($4::bytea from r.start for r.key_bytes),
               r.headers,
               substring($4::bytea from r.start + r.key_bytes for r.value_bytes)
          from head, unnest($5::int4[], $6::int4[], $7::int4[], $8::int4[], $9::int8[], $10::text[])
               with ordinality as r (start, key_bytes, value_bytes, size, time_ms, headers, place)
      )
      select first from head`,
  };
}

/** Keys and values as one run of bytes with their places: a list of byte strings would travel as hexadecimal text. */
export function packed(records: readonly NewRecord[]): readonly unknown[] {
  const keys = records.map(({ key }) => Buffer.from(key));
  const starts: number[] = [];
  let start = 1;
  for (const [at, { value }] of records.entries()) {
    starts.push(start);
    start += (keys[at] as Buffer).length + value.byteLength;
  }
  const bytes = Buffer.concat(records.flatMap(({ value }, at) => [keys[at] as Buffer, value]));
  return [
    bytes,
    starts,
    keys.map(({ length }) => length),
    records.map(({ value }) => value.byteLength),
    records.map(recordBytes),
    records.map(({ timeMs }) => timeMs),
    records.map(({ headers }) => JSON.stringify(headers)),
  ];
}
