import { randomUUID } from "node:crypto";
import { GraphError, type HostClock } from "@tenon/graph-core";
import { type Database, sqlStateOf } from "@tenon/postgres";
import type {
  AppendedAt,
  EventLog,
  JoinOptions,
  LogReader,
  Member,
  NewRecord,
  PartitionOffsets,
  ReadOptions,
  TopicFacts,
  TopicPartition,
} from "../api/event-log.ts";
import { checkRecords, recordBytes } from "../api/record-size.ts";
import type { AnyTopic } from "../api/topic.ts";
import { closed, membershipLost } from "../errors.ts";
import { appendByPartition } from "../group/append-by-partition.ts";
import { AppendLane } from "../group/append-lane.ts";
import { DirectFeed } from "../group/direct-feed.ts";
import { checkOffset, type Feed } from "../group/feed.ts";
import { HeldPartitions, keyOf } from "../group/held-partitions.ts";
import { AppendGroup } from "./append-group.ts";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX } from "./append-records.ts";
import { EmbeddedMember } from "./embedded-member.ts";
import { LeaseMembership } from "./lease-membership.ts";
import type { Poller } from "./poller.ts";
import { ReadGroup } from "./read-group.ts";
import { dropTrimmedSegments, expireSegments, moveEarliest, type PartitionRef } from "./segments.ts";
import { partitionTable } from "./tables.ts";
import type { Teller } from "./teller.ts";
import { Topics } from "./topics.ts";

/** Readers are woken, so looking anyway is for safety only; ms. */
const LOOK_AGAIN_MS = 1_000;

export interface EmbeddedLogParts {
  readonly database: Database;
  readonly clock: HostClock;
  readonly poller: Poller;
  readonly leaseMs: number;
  readonly beatMs: number;
  /** Tells readers of other processes what has grown; absent when they look by themselves. */
  readonly teller: Teller | undefined;
  /** Ends what was started with the log: the listening connection, the timer of retention. */
  readonly onClose: () => Promise<void>;
}

/** The log in a Postgres database, which its processes share. */
export class EmbeddedLog implements EventLog {
  readonly binding = "embedded";
  readonly #parts: EmbeddedLogParts;
  readonly #topics: Topics;
  readonly #appends: AppendGroup;
  readonly #reads: ReadGroup;
  readonly #lanes = new Map<string, AppendLane<NewRecord>>();
  readonly #members = new Set<EmbeddedMember>();
  readonly #feeds = new Set<Feed>();
  #closing: Promise<void> | undefined;

  constructor(parts: EmbeddedLogParts) {
    this.#parts = parts;
    this.#topics = new Topics(parts.database);
    this.#appends = new AppendGroup(parts.database);
    this.#reads = new ReadGroup(parts.database);
  }

  async createTopics(topics: readonly AnyTopic[]): Promise<void> {
    this.#refuseClosed();
    for (const topic of topics) await this.#topics.create(topic);
  }

  async append(records: readonly NewRecord[]): Promise<readonly AppendedAt[]> {
    this.#refuseClosed();
    checkRecords(records);
    return appendByPartition(records, async (at) => {
      const place = await this.#topics.place(at);
      this.#refuseClosed();
      return this.#lane(at, place);
    });
  }

  #lane({ topic, partition }: TopicPartition, place: PartitionRef): AppendLane<NewRecord> {
    const at = { topic, partition };
    const known = this.#lanes.get(keyOf(at));
    if (known !== undefined) return known;
    const { teller, poller } = this.#parts;
    const made = new AppendLane<NewRecord>({
      ...{ at, bytesOf: recordBytes, batchRecordsMax: BATCH_RECORDS_MAX, batchBytesMax: BATCH_BYTES_MAX },
      // The caller may change its bytes once it has the answer, and may not before: no copy is needed.
      itemOf: (record) => record,
      send: async (batch) => {
        const first = await this.#appends.append(place, batch);
        const grown = `${place.topicId}/${place.partition}`;
        poller.ring(grown);
        teller?.tell(grown);
        return first;
      },
    });
    this.#lanes.set(keyOf(at), made);
    return made;
  }

  async offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    this.#refuseClosed();
    const { database } = this.#parts;
    const { id, partitions } = await this.#topics.find(topic);
    const rows = await database.query<{ partition: number; earliest: bigint; next_offset: bigint }>(
      "select partition, earliest, next_offset from tenon_log_partition where topic_id = $1 order by partition",
      [id],
    );
    const offsets: PartitionOffsets[] = [];
    for (const { partition, earliest, next_offset } of rows.slice(0, partitions)) {
      const [newest] = await database.query<{ time_ms: bigint }>(
        `select time_ms from ${partitionTable(id, partition)} where partition = $1 and log_offset >= $2 and log_offset < $3
          order by log_offset desc limit 1`,
        [partition, earliest, next_offset],
      );
      offsets.push({
        ...{ topic, partition, earliest: Number(earliest), end: Number(next_offset) },
        newestTimeMs: newest === undefined ? undefined : Number(newest.time_ms),
      });
    }
    return offsets;
  }

  async read({ topic, partition, fromOffset }: ReadOptions): Promise<LogReader> {
    this.#refuseClosed();
    const at = { topic, partition };
    const feed = this.#feed(at, await this.#topics.place(at), fromOffset);
    this.#feeds.add(feed);
    return {
      pull: (options) => feed.pull(options),
      seek: (offset) => feed.seek(offset),
      close: async () => {
        this.#feeds.delete(feed);
        feed.end(() => closed("the reader"));
      },
    };
  }

  async join(join: JoinOptions): Promise<Member> {
    this.#refuseClosed();
    const { database, clock, leaseMs, beatMs } = this.#parts;
    const places = new Map<string, PartitionRef>();
    const held = new HeldPartitions({
      join,
      clock,
      startFeed: (at, fromOffset) => this.#feed(at, places.get(keyOf(at)) as PartitionRef, fromOffset),
      onAssignFailed: (error) => {
        void member.leave().then(() => join.onFailed(membershipLost(join.group, join.member, error)));
      },
    });
    for (const topic of join.topics) {
      const { id, partitions } = await this.#topics.find(topic);
      for (let partition = 0; partition < partitions; partition++)
        places.set(keyOf({ topic, partition }), { topicId: id, partition });
    }
    const memberId = randomUUID();
    const membership = new LeaseMembership({
      database,
      topics: this.#topics,
      clock,
      join,
      held,
      memberId,
      leaseMs,
      beatMs,
    });
    const member = new EmbeddedMember({ database, held, membership, group: join.group, memberId });
    this.#members.add(member);
    await membership.start();
    return member;
  }

  async trim(at: TopicPartition, beforeOffset: number): Promise<void> {
    this.#refuseClosed();
    checkOffset(beforeOffset);
    const place = await this.#topics.place(at);
    await moveEarliest(this.#parts.database, place, beforeOffset);
    await dropTrimmedSegments(this.#parts.database, place.topicId).catch(() => undefined);
  }

  async topics(): Promise<readonly TopicFacts[]> {
    this.#refuseClosed();
    return this.#topics.list();
  }

  /** Drops what is older than its topic's retention. @returns how many segments went */
  async dropExpired(): Promise<number> {
    this.#refuseClosed();
    const { database } = this.#parts;
    const topics = await database.query<{ id: number; retention_ms: bigint }>(
      "select id, retention_ms from tenon_log_topic",
    );
    let dropped = 0;
    for (const { id, retention_ms } of topics) {
      await expireSegments(database, id, Number(retention_ms));
      dropped += await dropTrimmedSegments(database, id);
    }
    return dropped;
  }

  /** Ends the log's use of the database, which stays open: it is the caller's. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const feed of this.#feeds) feed.end(() => closed("the log"));
    const lanes = [...this.#lanes.values()].map((lane) => lane.close());
    await Promise.all([...lanes, ...[...this.#members].map((member) => member.leave())]);
    await this.#parts.poller.close();
    await this.#parts.teller?.told();
    await this.#parts.onClose();
  }

  #feed(at: TopicPartition, place: PartitionRef, fromOffset: number): Feed {
    const { clock, poller } = this.#parts;
    const { bell, release } = poller.watch(place);
    const feed = new DirectFeed({
      ...{ clock, fromOffset, bell, lookAgainMs: () => LOOK_AGAIN_MS },
      read: (offset, bounds) => this.#reads.read(at, place, offset, bounds),
      passes: isUnreachable,
    });
    return {
      pull: (options) => feed.pull(options),
      seek: (offset) => feed.seek(offset),
      end: (error) => {
        release();
        feed.end(error);
      },
    };
  }

  #refuseClosed(): void {
    if (this.#closing !== undefined) throw closed("the log");
  }
}

/** The server does not answer: not reached, lost, stopping or starting, or all connections are in use. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof GraphError)) return false;
  return UNREACHABLE.has(error.code) || (sqlStateOf(error)?.startsWith("57P") ?? false);
}

const UNREACHABLE: ReadonlySet<string> = new Set(["TENON1500", "TENON1503", "TENON1504", "TENON1505"]);
