/** Tables of the embedded log. A topic's records are in tables of its own, made with the topic. */
import type { Migrations } from "@tenon/postgres";

export const LOG_MIGRATIONS: Migrations = {
  component: "event-log",
  steps: [
    {
      version: 1,
      name: "topics, partitions, groups",
      text: `
        create table tenon_log_topic (
          id int4 primary key generated always as identity,
          name text not null unique,
          partitions int4 not null,
          retention_ms int8 not null
        );
        -- One row per partition, written by every append: room in its page keeps the writes in place.
        create table tenon_log_partition (
          topic_id int4 not null references tenon_log_topic,
          partition int4 not null,
          earliest int8 not null default 0,
          next_offset int8 not null default 0,
          segment_end int8 not null default 0,
          primary key (topic_id, partition)
        ) with (fillfactor = 10);
        create table tenon_log_segment (
          topic_id int4 not null,
          partition int4 not null,
          first_offset int8 not null,
          end_offset int8 not null,
          primary key (topic_id, partition, first_offset),
          foreign key (topic_id, partition) references tenon_log_partition
        );
        create table tenon_log_member (
          group_name text not null,
          member_id text not null,
          name text not null,
          topics text[] not null,
          lease_until_ms int8 not null,
          primary key (group_name, member_id)
        ) with (fillfactor = 50);
        create table tenon_log_owner (
          group_name text not null,
          topic text not null,
          partition int4 not null,
          member_id text not null,
          primary key (group_name, topic, partition)
        );
        create table tenon_log_progress (
          group_name text not null,
          topic text not null,
          partition int4 not null,
          next_offset int8 not null,
          reported_at_ms int8 not null,
          primary key (group_name, topic, partition)
        ) with (fillfactor = 50);`,
    },
    {
      version: 2,
      name: "presence of members",
      // Absent: of a member from before, whose lease alone counts.
      text: "alter table tenon_log_member add column presence int8",
    },
  ],
};

/** Milliseconds since 1970 on the server's clock, at this moment and not at the transaction's start. */
export const NOW_MS = "(extract(epoch from clock_timestamp()) * 1000)::int8";

export function topicTable(topicId: number): string {
  return `tenon_log_${topicId}`;
}

export function partitionTable(topicId: number, partition: number): string {
  return `tenon_log_${topicId}_${partition}`;
}

export function segmentTable(topicId: number, partition: number, firstOffset: number): string {
  return `tenon_log_${topicId}_${partition}_${firstOffset}`;
}

/** The records of a topic, by partition, then by range of offsets: what retention drops is a table. */
export function createTopicTables(topicId: number, partitions: number): readonly string[] {
  const table = topicTable(topicId);
  const children = Array.from(
    { length: partitions },
    (_, partition) =>
      `create table ${partitionTable(topicId, partition)} partition of ${table} for values in (${partition})
         partition by range (log_offset)`,
  );
  return [
    `create table ${table} (
       partition int4 not null,
       log_offset int8 not null,
       time_ms int8 not null,
       appended_at_ms int8 not null,
       size int4 not null,
       key bytea not null,
       headers text not null,
       value bytea not null,
       primary key (partition, log_offset)
     ) partition by list (partition)`,
    // Messages of a few kilobytes hardly shrink: trying costs as much as the insert.
    `alter table ${table} alter column value set storage external`,
    ...children,
  ];
}
