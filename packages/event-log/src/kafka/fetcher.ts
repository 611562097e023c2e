import type { HostClock } from "@tenon/graph-core";
import type { TopicPartition } from "../api/event-log.ts";
import { beyondEnd, trimmed } from "../errors.ts";
import { keyOf } from "../group/held-partitions.ts";
import { backOff } from "./back-off.ts";
import { KAFKA_CODES } from "./kafka-errors.ts";
import type { Leaders } from "./leaders.ts";
import type { QueueFeed } from "./queue-feed.ts";
import type { FetchAnswer, FetchRequest, KafkaWire } from "./wire.ts";

/**
 * How long a broker holds a fetch that finds nothing, ms. A partition that is added, or has room again, waits for it at most
 * once; an idle log costs ten requests a second and broker.
 */
const WAIT_MS = 100;
/** Bytes of one answer, and of one partition in it: decoded they take several times as much. */
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;
const PARTITION_BYTES_MAX = 1024 * 1024;
/** Partitions of one request. */
const PARTITIONS_MAX = 500;

interface Fed {
  readonly at: TopicPartition;
  readonly feed: QueueFeed;
  readonly bytesMax: number;
}

/** Fetches for all readers and members of a log: one request in flight per broker, for the partitions that have room. */
export class Fetcher {
  readonly #wire: KafkaWire;
  readonly #leaders: Leaders;
  readonly #clock: HostClock;
  readonly #feeds = new Set<Fed>();
  readonly #busy = new Set<number>();
  readonly #ended = new AbortController();
  #looking = false;
  #lookAgain = false;
  #failures = 0;

  constructor(wire: KafkaWire, leaders: Leaders, clock: HostClock) {
    this.#wire = wire;
    this.#leaders = leaders;
    this.#clock = clock;
  }

  /** @returns takes it out again */
  add(at: TopicPartition, feed: QueueFeed, bytesMax: number): () => void {
    const fed = { at, feed, bytesMax: Math.min(PARTITION_BYTES_MAX, Math.max(1, Math.floor(bytesMax))) };
    this.#feeds.add(fed);
    this.wake();
    return () => {
      this.#feeds.delete(fed);
    };
  }

  /** Some feed has room. */
  wake(): void {
    this.#lookAgain = true;
    if (!this.#looking) void this.#look();
  }

  close(): void {
    this.#ended.abort();
    this.#feeds.clear();
  }

  /** Sends a fetch to every broker that has none and leads a partition with room. */
  async #look(): Promise<void> {
    this.#looking = true;
    await Promise.resolve();
    while (this.#lookAgain && !this.#ended.signal.aborted) {
      this.#lookAgain = false;
      const byLeader = new Map<number, Fed[]>();
      for (const fed of this.#feeds) {
        if (fed.feed.fetchOffset === undefined) continue;
        try {
          const leader = await this.#leaders.of(fed.at);
          byLeader.set(leader, [...(byLeader.get(leader) ?? []), fed]);
        } catch {
          await this.#pause();
          this.#lookAgain = true;
        }
      }
      for (const [leader, feds] of byLeader) if (!this.#busy.has(leader)) void this.#fetch(leader, feds);
    }
    this.#looking = false;
  }

  async #fetch(leader: number, wanted: readonly Fed[]): Promise<void> {
    this.#busy.add(leader);
    // Another order each time, so that no partition is always last in a full answer; one feed per partition and request.
    const feds = [...new Map(shuffled(wanted).map((fed) => [keyOf(fed.at), fed])).values()].slice(0, PARTITIONS_MAX);
    const asked = feds.flatMap(({ at, feed, bytesMax }) =>
      feed.fetchOffset === undefined ? [] : [{ at, feed, epoch: feed.epoch, offset: feed.fetchOffset, bytesMax }],
    );
    try {
      const requests: FetchRequest[] = asked.map(({ at, offset, bytesMax }) => ({ ...at, offset, bytesMax }));
      const answers = await this.#wire.fetch(
        leader,
        requests,
        { maxWaitMs: WAIT_MS, bytesMax: ANSWER_BYTES_MAX },
        "fetch",
      );
      const byPartition = new Map(asked.map((each) => [keyOf(each.at), each]));
      this.#failures = 0;
      for (const answer of answers) {
        const each = byPartition.get(keyOf(answer));
        if (each !== undefined) await this.#take(each, answer);
      }
    } catch {
      // No broker, or another leader: ask again who leads. The watchdog of the reader's host sees what does not pass.
      for (const { at } of asked) this.#leaders.forget(at.topic);
      await this.#pause();
    }
    this.#busy.delete(leader);
    this.wake();
  }

  async #take(
    { at, feed, epoch, offset }: { at: TopicPartition; feed: QueueFeed; epoch: number; offset: number },
    answer: FetchAnswer,
  ): Promise<void> {
    if (answer.kafkaCode === KAFKA_CODES.offsetOutOfRange) feed.fail(epoch, await this.#outOfRange(at, offset));
    else if (answer.kafkaCode !== 0) {
      this.#leaders.forget(at.topic);
      await this.#pause();
    } else feed.push(epoch, answer);
  }

  async #outOfRange(at: TopicPartition, offset: number): Promise<Error> {
    const leader = await this.#leaders.of(at);
    const earliest = await this.#wire.listOffset(leader, at, "earliest");
    if (offset < earliest) return trimmed(at, offset, earliest);
    return beyondEnd(at, offset, await this.#wire.listOffset(leader, at, "end"));
  }

  async #pause(): Promise<void> {
    await backOff(this.#clock, this.#failures++, this.#ended.signal);
  }
}

function shuffled<Item>(items: readonly Item[]): readonly Item[] {
  const start = Math.floor(Math.random() * items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}
