import type { HostClock } from "@tenon/graph-core";
import type { JoinOptions, LogRecord, Member, PullOptions, TopicPartition } from "../api/event-log.ts";
import { membershipLost } from "../errors.ts";
import { checkOffset } from "../group/feed.ts";
import { HeldPartitions, keyOf } from "../group/held-partitions.ts";
import type { Fetcher } from "./fetcher.ts";
import { GroupMembership } from "./group-membership.ts";
import type { Leaders } from "./leaders.ts";
import { QueueFeed } from "./queue-feed.ts";
import type { KafkaWire } from "./wire.ts";

export interface KafkaMemberOptions {
  readonly wire: KafkaWire;
  readonly leaders: Leaders;
  readonly fetcher: Fetcher;
  readonly clock: HostClock;
  readonly join: JoinOptions;
  readonly sessionMs: number;
}

/** A member: its membership, and a bounded queue per partition. */
export class KafkaMember implements Member {
  readonly #options: KafkaMemberOptions;
  readonly #held: HeldPartitions;
  readonly #membership: GroupMembership;
  readonly #queues = new Map<string, QueueFeed>();
  readonly #reported = new Map<string, TopicPartition & { readonly offset: number }>();
  #committing: Promise<void> | undefined;

  constructor(options: KafkaMemberOptions) {
    this.#options = options;
    const { wire, leaders, clock, join, sessionMs } = options;
    this.#held = new HeldPartitions({
      join,
      clock,
      startFeed: (at, fromOffset) => this.#startFeed(at, fromOffset),
      onAssignFailed: (error) => {
        void this.leave().then(() => join.onFailed(membershipLost(join.group, join.member, error)));
      },
    });
    this.#membership = new GroupMembership({ wire, leaders, clock, join, held: this.#held, sessionMs });
  }

  start(): Promise<void> {
    return this.#membership.start();
  }

  get assigned(): readonly TopicPartition[] {
    return this.#held.assigned;
  }

  /** What its queues hold, for the bounds' tests. */
  get heldAhead(): { readonly records: number; readonly bytes: number } {
    const queues = [...this.#queues.values()];
    return {
      records: queues.reduce((sum, queue) => sum + queue.heldRecords, 0),
      bytes: queues.reduce((sum, queue) => sum + queue.heldBytes, 0),
    };
  }

  /** Who it is to the broker. */
  get identity(): { readonly group: string; readonly memberId: string } {
    return { group: this.#options.join.group, memberId: this.#membership.memberId };
  }

  pull(at: TopicPartition, options: PullOptions): Promise<readonly LogRecord[]> {
    return this.#held.pull(at, options);
  }

  async seek(at: TopicPartition, offset: number): Promise<void> {
    this.#held.seek(at, offset);
  }

  /** The newest offset per partition is committed, one request at a time; a display is not worth an error. */
  async report(at: TopicPartition, nextOffset: number): Promise<void> {
    this.#held.requireHeld(at);
    this.#reported.set(keyOf(at), { ...at, offset: checkOffset(nextOffset) });
    this.#committing ??= this.#commit().finally(() => {
      this.#committing = undefined;
    });
    await this.#committing;
  }

  async #commit(): Promise<void> {
    const { wire, join } = this.#options;
    while (this.#reported.size > 0) {
      const offsets = [...this.#reported.values()];
      this.#reported.clear();
      const { generation, memberId } = this.#membership;
      if (generation === undefined) return;
      await wire.commit({ group: join.group, generation, memberId, offsets }).catch(() => undefined);
    }
  }

  async leave(): Promise<void> {
    await this.#membership.leave();
    await this.#committing;
  }

  #startFeed(at: TopicPartition, fromOffset: number): QueueFeed {
    const { fetcher, clock, join } = this.#options;
    const key = keyOf(at);
    const feed = new QueueFeed({
      ...{ at, clock, fromOffset, recordsMax: join.queueRecordsMax, bytesMax: join.queueBytesMax },
      onRoom: () => fetcher.wake(),
      onEnd: () => {
        remove();
        if (this.#queues.get(key) === feed) this.#queues.delete(key);
      },
    });
    const remove = fetcher.add(at, feed, join.queueBytesMax);
    this.#queues.set(key, feed);
    return feed;
  }
}
