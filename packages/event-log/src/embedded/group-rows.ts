import { type Database, presenceEnded, type Queryable } from "@tenon/postgres";
import type { TopicPartition } from "../api/event-log.ts";
import type { Candidate } from "../group/assign-partitions.ts";
import { NOW_MS } from "./tables.ts";

export interface OwnerRow extends TopicPartition {
  readonly memberId: string;
}

export interface GroupView {
  /** Members whose lease runs, and whose processes are there. */
  readonly alive: readonly Candidate[];
  readonly owners: readonly OwnerRow[];
}

export interface MemberRow {
  readonly group: string;
  readonly memberId: string;
  readonly name: string;
  readonly topics: readonly string[];
  readonly leaseMs: number;
}

/** A member `m` that others count on: its process is there, and not silent for too long. */
const IS_ALIVE = `m.lease_until_ms >= ${NOW_MS} and not ${presenceEnded("m.presence")}`;

/**
 * Enters a group, or comes back to it after its lease or its presence was over.
 *
 * @param presence of `presenceOf`; without one only the lease counts
 */
export async function enter(
  database: Queryable,
  { group, memberId, name, topics, leaseMs }: MemberRow,
  presence: bigint | null,
): Promise<void> {
  await database.execute(
    `insert into tenon_log_member (group_name, member_id, name, topics, lease_until_ms, presence)
     values ($1, $2, $3, $4, ${NOW_MS} + $5::int8, $6)
     on conflict (group_name, member_id) do update
       set lease_until_ms = excluded.lease_until_ms, presence = excluded.presence`,
    [group, memberId, name, topics, leaseMs, presence],
  );
}

/** @returns whether the lease was still running: if not, others may have taken over */
export async function extendLease(database: Queryable, { group, memberId, leaseMs }: MemberRow): Promise<boolean> {
  const extended = await database.execute(
    {
      name: "event-log lease",
      text: `update tenon_log_member set lease_until_ms = ${NOW_MS} + $3::int8
              where group_name = $1 and member_id = $2 and lease_until_ms >= ${NOW_MS}`,
    },
    [group, memberId, leaseMs],
  );
  return extended === 1;
}

/** One statement, so one moment. */
export async function viewGroup(database: Queryable, group: string): Promise<GroupView> {
  const rows = await database.query<{
    kind: "member" | "owner";
    member_id: string;
    name: string;
    topics: string[];
    topic: string;
    partition: number;
  }>(
    {
      name: "event-log group",
      text: `
        select 'member' as kind, member_id, name, topics, '' as topic, 0 as partition
          from tenon_log_member m where group_name = $1 and ${IS_ALIVE}
        union all
        select 'owner', member_id, '', '{}', topic, partition from tenon_log_owner where group_name = $1`,
    },
    [group],
  );
  return {
    alive: rows
      .filter(({ kind }) => kind === "member")
      .map(({ member_id, name, topics }) => ({ id: member_id, name, topics: new Set(topics) })),
    owners: rows
      .filter(({ kind }) => kind === "owner")
      .map(({ topic, partition, member_id }) => ({ topic, partition, memberId: member_id })),
  };
}

/**
 * Takes a partition that nobody owns, or whose owner is not alive. The owner's row decides between two that try, and the owner is
 * looked at again in the same statement: one that came back keeps it.
 */
export async function claim(
  database: Queryable,
  group: string,
  at: TopicPartition,
  memberId: string,
): Promise<boolean> {
  const claimed = await database.execute(
    `insert into tenon_log_owner as o (group_name, topic, partition, member_id) values ($1, $2, $3, $4)
     on conflict (group_name, topic, partition) do update set member_id = excluded.member_id
      where o.member_id = excluded.member_id
         or not exists (select from tenon_log_member m
                         where m.group_name = $1 and m.member_id = o.member_id and ${IS_ALIVE})`,
    [group, at.topic, at.partition, memberId],
  );
  return claimed === 1;
}

export async function release(database: Queryable, group: string, at: TopicPartition, memberId: string): Promise<void> {
  await database.execute(
    "delete from tenon_log_owner where group_name = $1 and topic = $2 and partition = $3 and member_id = $4",
    [group, at.topic, at.partition, memberId],
  );
}

/** Leaves, with whatever it still owned; and clears away members that have been gone for long. */
export async function leaveGroup(database: Database, { group, memberId, leaseMs }: MemberRow): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.execute("delete from tenon_log_owner where group_name = $1 and member_id = $2", [group, memberId]);
    await tx.execute(
      `delete from tenon_log_member where group_name = $1
          and (member_id = $2 or lease_until_ms < ${NOW_MS} - 10 * $3::int8)`,
      [group, memberId, leaseMs],
    );
  });
}

/** For displays. */
export async function reportProgress(
  database: Queryable,
  group: string,
  at: TopicPartition,
  nextOffset: number,
): Promise<void> {
  await database.execute(
    `insert into tenon_log_progress (group_name, topic, partition, next_offset, reported_at_ms)
     values ($1, $2, $3, $4, ${NOW_MS})
     on conflict (group_name, topic, partition)
     do update set next_offset = excluded.next_offset, reported_at_ms = excluded.reported_at_ms`,
    [group, at.topic, at.partition, nextOffset],
  );
}
