import type {
  AppendedAt,
  EventLog,
  JoinOptions,
  LogReader,
  Member,
  NewRecord,
  PartitionOffsets,
  PullOptions,
  ReadOptions,
  TopicFacts,
  TopicPartition,
} from "../api/event-log.ts";
import { checkRecords } from "../api/record-size.ts";
import type { AnyTopic } from "../api/topic.ts";
import { appendFailed, closed, membershipLost } from "../errors.ts";
import { Bell } from "../group/bell.ts";
import { DirectFeed } from "../group/direct-feed.ts";
import { checkOffset } from "../group/feed.ts";
import { HeldPartitions, keyOf } from "../group/held-partitions.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedGroup, SimulatedMember } from "./simulated-group.ts";

/** Readers are woken, so looking anyway is for safety only. */
const LOOK_AGAIN_MS = 60_000;

/** One process's view of a {@link SimulatedCluster}. */
export class SimulatedLog implements EventLog {
  readonly binding = "simulation";
  readonly #cluster: SimulatedCluster;
  readonly #members = new Set<SimulatedMembership>();
  readonly #feeds = new Set<DirectFeed>();
  #closed = false;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  async createTopics(topics: readonly AnyTopic[]): Promise<void> {
    this.#refuseClosed();
    for (const topic of topics) this.#cluster.createTopic(topic);
  }

  async append(records: readonly NewRecord[]): Promise<readonly AppendedAt[]> {
    this.#refuseClosed();
    checkRecords(records);
    const cluster = this.#cluster;
    const byPartition = Map.groupBy(records.keys(), (place) => keyOf(records[place] as NewRecord));
    for (const [place] of byPartition.values()) cluster.partition(records[place as number] as NewRecord);
    const fails = cluster.random.chance(cluster.faults.appendFailure);
    const { crashes } = cluster;
    let durableAtMs = 0;
    const offsets: number[] = [];
    for (const own of byPartition.values()) {
      const written = fails ? own.slice(0, cluster.random.upTo(own.length)) : own;
      if (written.length === 0) continue;
      const partition = cluster.partition(records[written[0] as number] as NewRecord);
      const appended = partition.append(written.map((place) => records[place] as NewRecord));
      durableAtMs = Math.max(durableAtMs, appended.durableAtMs);
      written.forEach((place, at) => {
        offsets[place] = appended.offsets[at] as number;
      });
    }
    await new Bell(cluster.clock).wait(durableAtMs - cluster.clock.nowMs());
    if (fails || crashes !== cluster.crashes)
      throw appendFailed(records[0] as NewRecord, records.length, new Error("the connection was lost"));
    return records.map(({ topic, partition }, place) => ({ topic, partition, offset: offsets[place] as number }));
  }

  async offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    this.#refuseClosed();
    return this.#cluster
      .topic(topic)
      .map(({ at, earliest, end, newestTimeMs }) => ({ ...at, earliest, end, newestTimeMs }));
  }

  async read({ topic, partition, fromOffset }: ReadOptions): Promise<LogReader> {
    this.#refuseClosed();
    const feed = this.#feed({ topic, partition }, fromOffset);
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

  async join(options: JoinOptions): Promise<Member> {
    this.#refuseClosed();
    const { clock } = this.#cluster;
    const held = new HeldPartitions({
      join: options,
      clock,
      startFeed: (at, fromOffset) => this.#feed(at, fromOffset),
      onAssignFailed: (error) => {
        void membership.leave().then(() => options.onFailed(membershipLost(options.group, options.member, error)));
      },
    });
    for (const topic of options.topics) this.#cluster.topic(topic);
    const member = { id: this.#cluster.memberId(), name: options.member, topics: new Set(options.topics), held };
    const membership = new SimulatedMembership(this.#cluster.group(options.group), member, this.#cluster);
    this.#members.add(membership);
    membership.begin();
    return membership;
  }

  async trim(at: TopicPartition, beforeOffset: number): Promise<void> {
    this.#refuseClosed();
    this.#cluster.partition(at).trim(checkOffset(beforeOffset));
  }

  async topics(): Promise<readonly TopicFacts[]> {
    this.#refuseClosed();
    return this.#cluster.topics();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const feed of this.#feeds) feed.end(() => closed("the log"));
    await Promise.all([...this.#members].map((member) => member.leave()));
  }

  /** Takes a member's partitions away without warning; for tests of what its owner then does. */
  takeAway(member: Member, noticeMs = 0): void {
    for (const each of this.#members) if (each === member) this.#cluster.takeAway(each.member, noticeMs);
  }

  #feed(at: TopicPartition, fromOffset: number): DirectFeed {
    const partition = this.#cluster.partition(at);
    return new DirectFeed({
      clock: this.#cluster.clock,
      fromOffset,
      bell: partition.bell,
      read: async (offset, bounds) => ({ records: partition.read(offset, bounds) }),
      lookAgainMs: () => LOOK_AGAIN_MS,
    });
  }

  #refuseClosed(): void {
    if (this.#closed) throw closed("the log");
  }
}

class SimulatedMembership implements Member {
  readonly member: SimulatedMember;
  readonly #group: SimulatedGroup;
  readonly #cluster: SimulatedCluster;

  constructor(group: SimulatedGroup, member: SimulatedMember, cluster: SimulatedCluster) {
    this.#group = group;
    this.member = member;
    this.#cluster = cluster;
  }

  begin(): void {
    this.#group.add(this.member);
  }

  get assigned(): readonly TopicPartition[] {
    return this.member.held.assigned;
  }

  pull(at: TopicPartition, options: PullOptions): ReturnType<Member["pull"]> {
    return this.member.held.pull(at, options);
  }

  async seek(at: TopicPartition, offset: number): Promise<void> {
    this.member.held.seek(at, offset);
  }

  async report(at: TopicPartition, nextOffset: number): Promise<void> {
    this.#cluster.partition(at);
    this.member.held.requireHeld(at);
    checkOffset(nextOffset);
  }

  leave(): Promise<void> {
    return this.#group.leave(this.member);
  }
}
