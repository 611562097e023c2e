import type { Database } from "@tenon/postgres";
import type { NewRecord } from "../api/event-log.ts";
import { packed } from "./append-records.ts";
import type { PartitionRef } from "./segments.ts";
import { NOW_MS, topicTable } from "./tables.ts";

/** Records of one partition. */
export interface PartitionBatch {
  readonly place: PartitionRef;
  readonly records: readonly NewRecord[];
}

/**
 * Appends to several partitions, of any topics, by one statement and so one commit. A partition whose segment is full is left out:
 * `undefined`; the others are there.
 *
 * The rows of the partitions are locked in one order before any offset is given out, so that two that append to the same ones
 * never wait for each other in a circle.
 *
 * @param batches each of another partition
 * @returns the first offset of each
 */
export async function appendTogether(
  database: Database,
  batches: readonly PartitionBatch[],
): Promise<readonly (number | undefined)[]> {
  const byTopic = [...Map.groupBy(batches, ({ place }) => place.topicId)].sort(([one], [other]) => one - other);
  const topicIds = byTopic.map(([topicId]) => topicId);
  const rows = await database.query<{ topic_id: number; partition: number; first: bigint }>(
    { name: `event-log append ${topicIds.join(",")} together`, text: statementText(topicIds) },
    [
      batches.map(({ place }) => place.topicId),
      batches.map(({ place }) => place.partition),
      batches.map(({ records }) => records.length),
      ...byTopic.flatMap(([, own]) => valuesOf(own)),
    ],
  );
  const firsts = new Map(rows.map((row) => [`${row.topic_id}/${row.partition}`, Number(row.first)]));
  return batches.map(({ place }) => firsts.get(`${place.topicId}/${place.partition}`));
}

/** Parameters of the partitions, and those of each topic's records. */
const FIRST = 4;
const OF_TOPIC = 9;

function statementText(topicIds: readonly number[]): string {
  const appended = topicIds.map((topicId, index) => {
    const at = (nth: number) => `$${FIRST + index * OF_TOPIC + nth}`;
    return `appended_${topicId} as (
        insert into ${topicTable(topicId)} (partition, log_offset, time_ms, appended_at_ms, size, key, headers, value)
        select head.partition, head.first + r.nth, r.time_ms, ${NOW_MS}, r.size,
               substring(${at(2)}::bytea from r.start for r.key_bytes),
               r.headers,
               substring(${at(2)}::bytea from r.start + r.key_bytes for r.value_bytes)
          from head
          join unnest(${at(0)}::int4[], ${at(1)}::int4[], ${at(3)}::int4[], ${at(4)}::int4[], ${at(5)}::int4[], ${at(6)}::int4[],
                      ${at(7)}::int8[], ${at(8)}::text[])
               as r (partition, nth, start, key_bytes, value_bytes, size, time_ms, headers)
            on head.topic_id = ${topicId} and head.partition = r.partition
      )`;
  });
  return `
      with wanted as (
        select * from unnest($1::int4[], $2::int4[], $3::int8[]) as wanted (topic_id, partition, records)
      ), held as (
        select p.topic_id, p.partition from tenon_log_partition p join wanted using (topic_id, partition)
         order by p.topic_id, p.partition for update of p
      ), head as (
        update tenon_log_partition p set next_offset = p.next_offset + wanted.records
          from wanted join held using (topic_id, partition)
         where p.topic_id = wanted.topic_id and p.partition = wanted.partition
           and p.next_offset + wanted.records <= p.segment_end
        returning p.topic_id, p.partition, p.next_offset - wanted.records as first
      ), ${appended.join(", ")}
      select topic_id, partition, first from head`;
}

/** Of one topic: the partition and place of each record, and the records. */
function valuesOf(batches: readonly PartitionBatch[]): readonly unknown[] {
  return [
    batches.flatMap(({ place, records }) => records.map(() => place.partition)),
    batches.flatMap(({ records }) => records.map((_, nth) => nth)),
    ...packed(batches.flatMap(({ records }) => records)),
  ];
}
