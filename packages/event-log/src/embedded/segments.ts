import type { Database, Queryable } from "@tenon/postgres";
import { NOW_MS, partitionTable, segmentTable, topicTable } from "./tables.ts";

/** Offsets of one segment. Smaller ones are dropped sooner, larger ones are fewer to plan a read over. */
export const SEGMENT_OFFSETS = 100_000;
/** Dropping waits so long for readers, ms; they queue behind it meanwhile. Then it is left for the next time. */
const DROP_LOCK_MS_MAX = 500;

export interface PartitionRef {
  readonly topicId: number;
  readonly partition: number;
}

/**
 * Makes room for `count` more records. Held by the row of the partition, so that one process makes a segment and others,
 * when they get the row, find it.
 */
export async function makeSegment(
  database: Database,
  { topicId, partition }: PartitionRef,
  count: number,
): Promise<void> {
  await database.transaction(async (tx) => {
    const [row] = await tx.query<{ next_offset: bigint; segment_end: bigint }>(
      "select next_offset, segment_end from tenon_log_partition where topic_id = $1 and partition = $2 for update",
      [topicId, partition],
    );
    if (row === undefined || row.next_offset + BigInt(count) <= row.segment_end) return;
    const first = Number(row.segment_end);
    const end = first + Math.max(SEGMENT_OFFSETS, count);
    const segment = segmentTable(topicId, partition, first);
    // Attached, not created as a partition: that would wait for every reader, and make new ones wait.
    await tx.query(`create table ${segment} (like ${topicTable(topicId)} including defaults)`);
    await tx.query(
      `alter table ${partitionTable(topicId, partition)} attach partition ${segment} for values from (${first}) to (${end})`,
    );
    await tx.execute(
      "insert into tenon_log_segment (topic_id, partition, first_offset, end_offset) values ($1, $2, $3, $4)",
      [topicId, partition, first, end],
    );
    await tx.execute("update tenon_log_partition set segment_end = $3 where topic_id = $1 and partition = $2", [
      topicId,
      partition,
      end,
    ]);
  });
}

/** Moves the begin of a partition forward, never back and never past its end. Records before it are not read any more. */
export async function moveEarliest(
  queryable: Queryable,
  { topicId, partition }: PartitionRef,
  to: number,
): Promise<void> {
  await queryable.execute(
    `update tenon_log_partition set earliest = least(greatest(earliest, $3), next_offset)
      where topic_id = $1 and partition = $2 and earliest < $3`,
    [topicId, partition, to],
  );
}

/** Drops the tables of segments that lie before the begin of their partitions. @returns how many */
export async function dropTrimmedSegments(database: Database, topicId: number): Promise<number> {
  const segments = await database.query<{ partition: number; first_offset: bigint }>(
    `select s.partition, s.first_offset from tenon_log_segment s
       join tenon_log_partition p using (topic_id, partition)
      where s.topic_id = $1 and s.end_offset <= p.earliest order by s.first_offset`,
    [topicId],
  );
  let dropped = 0;
  for (const { partition, first_offset } of segments) {
    await database.transaction(async (tx) => {
      await tx.query(`set local lock_timeout = ${DROP_LOCK_MS_MAX}`);
      const found = await tx.execute(
        "delete from tenon_log_segment where topic_id = $1 and partition = $2 and first_offset = $3",
        [topicId, partition, first_offset],
      );
      if (found === 0) return;
      await tx.query(`drop table ${segmentTable(topicId, partition, Number(first_offset))}`);
      dropped++;
    });
  }
  return dropped;
}

/**
 * Ends segments whose newest record is older than the topic's retention: the partition begins after them. The last segment
 * of a quiet partition ends early, so that its records go too; the next append gets a new one.
 */
export async function expireSegments(database: Database, topicId: number, retentionMs: number): Promise<void> {
  const segments = await database.query<{ partition: number; first_offset: bigint; end_offset: bigint }>(
    "select partition, first_offset, end_offset from tenon_log_segment where topic_id = $1 order by partition, first_offset",
    [topicId],
  );
  const kept = new Set<number>();
  for (const { partition, first_offset, end_offset } of segments) {
    // Segments expire in order: a partition has one begin.
    if (kept.has(partition)) continue;
    const expired = await database.transaction(async (tx) => {
      const [row] = await tx.query<{ next_offset: bigint }>(
        "select next_offset from tenon_log_partition where topic_id = $1 and partition = $2 for update",
        [topicId, partition],
      );
      const [newest] = await tx.query<{ expired: boolean; log_offset: bigint }>(
        `select appended_at_ms < ${NOW_MS} - $1::int8 as expired, log_offset
           from ${segmentTable(topicId, partition, Number(first_offset))} order by log_offset desc limit 1`,
        [retentionMs],
      );
      if (row === undefined || newest?.expired !== true) return false;
      const end = row.next_offset < end_offset ? row.next_offset : end_offset;
      await moveEarliest(tx, { topicId, partition }, Number(end));
      if (end === end_offset) return true;
      await tx.execute(
        "update tenon_log_segment set end_offset = $4 where topic_id = $1 and partition = $2 and first_offset = $3",
        [topicId, partition, first_offset, end],
      );
      await tx.execute("update tenon_log_partition set segment_end = $3 where topic_id = $1 and partition = $2", [
        topicId,
        partition,
        end,
      ]);
      return true;
    });
    if (!expired) kept.add(partition);
  }
}
