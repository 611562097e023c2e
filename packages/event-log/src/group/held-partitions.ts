import type { HostClock } from "@tenon/graph-core";
import type { JoinOptions, LogRecord, PullOptions, TopicPartition } from "../api/event-log.ts";
import { badOption, notAssigned } from "../errors.ts";
import { Bell } from "./bell.ts";
import { checkOffset, type Feed } from "./feed.ts";

interface Held {
  readonly at: TopicPartition;
  /** Settles when `onAssigned` has: with the feed, or without one when the partition went before. */
  readonly ready: Promise<void>;
  feed: Feed | undefined;
  /** Whether `onAssigned` was called. */
  told: boolean;
  gone: boolean;
  /** Settles when the drain is over, once there is one. */
  revoked: Promise<void> | undefined;
}

export interface HeldPartitionsOptions {
  readonly join: JoinOptions;
  readonly clock: HostClock;
  /** Begins to read a partition at the offset that its owner named. */
  readonly startFeed: (at: TopicPartition, fromOffset: number) => Feed;
  /** `onAssigned` was rejected: the membership cannot go on. Called once. */
  readonly onAssignFailed: (error: unknown) => void;
}

/** Longest drain, ms: brokers and leases must outlast it. */
export const DRAIN_MS_MAX = 300_000;

/**
 * The partitions of one member, and its owner's callbacks, the same for every binding. What a binding adds is when to call
 * `assign`, `revoke` and `lose`.
 *
 * H1 `onAssigned`, then `onRevoked` or `onLost`, once each per ownership and in this order.
 * H2 Nothing of a partition is delivered before `onAssigned` resolved, nor once `onRevoked` or `onLost` was called.
 * H3 A revocation ends after `drainMs` at the latest, whatever the owner does.
 */
export class HeldPartitions {
  readonly #options: HeldPartitionsOptions;
  readonly #held = new Map<string, Held>();
  #failed = false;

  constructor(options: HeldPartitionsOptions) {
    checkJoin(options.join);
    this.#options = options;
  }

  /** Partitions that may be pulled, in order of topic and partition. */
  get assigned(): readonly TopicPartition[] {
    return [...this.#held.values()]
      .filter(({ feed }) => feed !== undefined)
      .map(({ at }) => at)
      .sort(byPlace);
  }

  /** Partitions that the owner was told of, ready or not. */
  get held(): readonly TopicPartition[] {
    return [...this.#held.values()].map(({ at }) => at);
  }

  assign(at: TopicPartition): void {
    const { join, startFeed, onAssignFailed } = this.#options;
    const key = keyOf(at);
    if (this.#held.has(key)) return;
    const ready = Promise.resolve()
      .then(() => {
        // Lost before the owner heard of it: then it hears of neither (H1).
        if (held.gone) return undefined;
        held.told = true;
        return join.onAssigned(at);
      })
      .then((offset) => {
        if (!held.gone && offset !== undefined) held.feed = startFeed(at, checkOffset(offset));
      })
      .catch((error: unknown) => {
        if (held.gone) return;
        held.gone = true;
        if (!this.#failed) onAssignFailed(error);
        this.#failed = true;
      });
    const held: Held = { at, ready, feed: undefined, told: false, gone: false, revoked: undefined };
    this.#held.set(key, held);
  }

  /** Lets the owner drain (H3); resolves when the partition may be another's. */
  revoke(at: TopicPartition): Promise<void> {
    const held = this.#held.get(keyOf(at));
    if (held === undefined) return Promise.resolve();
    held.revoked ??= this.#revoke(held);
    return held.revoked;
  }

  async #revoke(held: Held): Promise<void> {
    const { join, clock } = this.#options;
    const { at } = held;
    const drained = this.#drain(held).catch(() => undefined);
    const bell = new Bell(clock);
    const finished = drained.then(() => bell.ring());
    await Promise.race([finished, bell.wait(join.drainMs)]);
    // The waiting one's timer must not outlive the drain.
    bell.ring();
    if (!held.gone) {
      // Still not ready: the owner was told that it has the partition, so it is told that it has not (H1).
      this.#end(held);
      join.onLost(at);
    }
    if (this.#held.get(keyOf(at)) === held) this.#held.delete(keyOf(at));
  }

  async #drain(held: Held): Promise<void> {
    // H1: the owner is first told that it has it.
    await held.ready;
    if (held.gone) return;
    this.#end(held);
    await this.#options.join.onRevoked(held.at);
  }

  revokeAll(): Promise<unknown> {
    return Promise.all(this.held.map((at) => this.revoke(at)));
  }

  /** Somebody else may own it already. */
  lose(at: TopicPartition): void {
    const held = this.#held.get(keyOf(at));
    this.#held.delete(keyOf(at));
    if (held === undefined || held.gone) return;
    this.#end(held);
    if (held.told) this.#options.join.onLost(at);
  }

  loseAll(): void {
    for (const at of this.held) this.lose(at);
  }

  async pull(at: TopicPartition, options: PullOptions): Promise<readonly LogRecord[]> {
    const held = this.#held.get(keyOf(at));
    if (held === undefined || held.gone) throw notAssigned(at, this.#options.join.member);
    const { feed } = held;
    if (feed !== undefined) return feed.pull(options);
    return this.#pullOnceReady(held, options);
  }

  async #pullOnceReady(held: Held, options: PullOptions): Promise<readonly LogRecord[]> {
    const { at } = held;
    const { clock } = this.#options;
    const untilMs = clock.monotonicMs() + options.waitMs;
    const bell = new Bell(clock);
    void held.ready.then(() => bell.ring());
    await bell.wait(options.waitMs, options.signal);
    if (held.gone) throw notAssigned(at, this.#options.join.member);
    if (held.feed === undefined) return [];
    return held.feed.pull({ ...options, waitMs: Math.max(0, untilMs - clock.monotonicMs()) });
  }

  seek(at: TopicPartition, offset: number): void {
    const held = this.#held.get(keyOf(at));
    if (held?.feed === undefined) throw notAssigned(at, this.#options.join.member);
    held.feed.seek(offset);
  }

  /** @throws GraphError TENON1556 */
  requireHeld(at: TopicPartition): void {
    const held = this.#held.get(keyOf(at));
    if (held === undefined || held.gone) throw notAssigned(at, this.#options.join.member);
  }

  #end(held: Held): void {
    held.gone = true;
    held.feed?.end(() => notAssigned(held.at, this.#options.join.member));
    held.feed = undefined;
  }
}

export function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

export function byPlace(a: TopicPartition, b: TopicPartition): number {
  return a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition;
}

const NAME = /^[A-Za-z0-9._:-]{1,120}$/;

function checkJoin({ group, member, topics, queueRecordsMax, queueBytesMax, drainMs }: JoinOptions): void {
  if (!NAME.test(group)) throw badOption("group", NAME.source, group);
  if (!NAME.test(member)) throw badOption("member", NAME.source, member);
  if (topics.length === 0) throw badOption("topics", "at least one topic", "none");
  if (!Number.isSafeInteger(queueRecordsMax) || queueRecordsMax < 1)
    throw badOption("queueRecordsMax", "an integer from 1", queueRecordsMax);
  if (!(queueBytesMax >= 1)) throw badOption("queueBytesMax", "1 or more", queueBytesMax);
  if (!(drainMs >= 0 && drainMs <= DRAIN_MS_MAX)) throw badOption("drainMs", `0 to ${DRAIN_MS_MAX} ms`, drainMs);
}
