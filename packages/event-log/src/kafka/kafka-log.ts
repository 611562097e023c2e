import type { HostClock } from "@tenon/graph-core";
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
import { checkRecords } from "../api/record-size.ts";
import type { AnyTopic } from "../api/topic.ts";
import { closed, logUnreachable, partitionsDiffer } from "../errors.ts";
import { checkOffset } from "../group/feed.ts";
import { keyOf } from "../group/held-partitions.ts";
import { QueueFeed } from "../group/queue-feed.ts";
import { AppendLane } from "./append-lane.ts";
import { backOff } from "./back-off.ts";
import { Fetcher } from "./fetcher.ts";
import { isConnectionError, isKafkaError, isStaleMetadata, WireError } from "./kafka-errors.ts";
import { KafkaMember } from "./kafka-member.ts";
import { Leaders } from "./leaders.ts";
import { readableRecords } from "./readable-records.ts";
import type { KafkaWire } from "./wire.ts";

/** Records and bytes that a reader outside groups fetches ahead of its pulls. */
const READER_RECORDS_MAX = 2_000;
const READER_BYTES_MAX = 2 * 1024 * 1024;
/** Attempts of a call that changes nothing twice; with back-off, some 5 s. */
const ATTEMPTS_MAX = 8;
/** A topic that was just made is known to every broker within this many looks. */
const LOOKS_MAX = 20;

/** The log over a Kafka cluster, whatever the client underneath. */
export class KafkaLog implements EventLog {
  readonly binding = "kafka";
  readonly #wire: KafkaWire;
  readonly #clock: HostClock;
  readonly #sessionMs: number;
  readonly #leaders: Leaders;
  readonly #fetcher: Fetcher;
  readonly #lanes = new Map<string, AppendLane>();
  readonly #members = new Set<KafkaMember>();
  readonly #feeds = new Set<QueueFeed>();
  #closing: Promise<void> | undefined;

  constructor(wire: KafkaWire, { clock, sessionMs }: { readonly clock: HostClock; readonly sessionMs: number }) {
    this.#wire = wire;
    this.#clock = clock;
    this.#sessionMs = sessionMs;
    this.#leaders = new Leaders(wire);
    this.#fetcher = new Fetcher(wire, this.#leaders, clock);
  }

  async createTopics(topics: readonly AnyTopic[]): Promise<void> {
    await this.#call("createTopics", () => this.#wire.createTopics(topics));
    for (const { name, partitions } of topics) {
      for (let look = 1; ; look++) {
        const leaders = await this.#call("metadata", () => this.#wire.leadersOf(name));
        if (leaders !== undefined && leaders.length !== partitions)
          throw partitionsDiffer(name, partitions, leaders.length);
        if (leaders !== undefined) break;
        if (look >= LOOKS_MAX) throw logUnreachable(`topic "${name}" was made and is not known`, undefined);
        await backOff(this.#clock, look);
      }
    }
  }

  async append(records: readonly NewRecord[]): Promise<readonly AppendedAt[]> {
    this.#refuseClosed();
    checkRecords(records);
    const places = [...records.keys()];
    const byPartition = Map.groupBy(places, (place) => keyOf(records[place] as NewRecord));
    const lanes: { readonly own: readonly number[]; readonly lane: AppendLane }[] = [];
    for (const own of byPartition.values()) {
      const first = records[own[0] as number] as NewRecord;
      await this.#call("metadata", () => this.#leaders.of(first));
      lanes.push({ own, lane: this.#lane(first) });
    }
    this.#refuseClosed();
    for (const { lane } of lanes) lane.refuseFull();
    const offsets: number[] = [];
    // All have ended before one's error is told: afterwards nothing of this call is written any more.
    const outcomes = await Promise.allSettled(
      lanes.map(async ({ own, lane }) => {
        const appended = await lane.append(own.map((place) => records[place] as NewRecord));
        own.forEach((place, at) => {
          offsets[place] = appended[at] as number;
        });
      }),
    );
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    return records.map(({ topic, partition }, place) => ({ topic, partition, offset: offsets[place] as number }));
  }

  async offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    const leaders = await this.#call("metadata", () => this.#leaders.ofTopic(topic));
    return Promise.all(
      leaders.map((_, partition) => this.#call("offsets", () => this.#offsetsOf({ topic, partition }))),
    );
  }

  async #offsetsOf(at: TopicPartition): Promise<PartitionOffsets> {
    const leader = await this.#leaders.of(at);
    const [earliest, end] = await Promise.all([
      this.#wire.listOffset(leader, at, "earliest"),
      this.#wire.listOffset(leader, at, "end"),
    ]);
    return {
      ...at,
      earliest,
      end,
      newestTimeMs: end > earliest ? await this.#newestTimeMs(leader, at, end - 1) : undefined,
    };
  }

  /** Brokers tell the largest time of writing, not the last record's event time: so the last record is read. */
  async #newestTimeMs(leader: number, at: TopicPartition, offset: number): Promise<number | undefined> {
    const [answer] = await this.#wire.fetch(
      leader,
      [{ ...at, offset, bytesMax: 1 }],
      { maxWaitMs: 0, bytesMax: 1 },
      "call",
    );
    return answer === undefined ? undefined : readableRecords(at, answer, offset).records.at(-1)?.timeMs;
  }

  async read({ topic, partition, fromOffset }: ReadOptions): Promise<LogReader> {
    const at = { topic, partition };
    await this.#call("metadata", () => this.#leaders.of(at));
    this.#refuseClosed();
    const feed = new QueueFeed({
      ...{ clock: this.#clock, fromOffset, recordsMax: READER_RECORDS_MAX, bytesMax: READER_BYTES_MAX },
      onRoom: () => this.#fetcher.wake(),
      onEnd: () => {
        remove();
        this.#feeds.delete(feed);
      },
    });
    const remove = this.#fetcher.add(at, feed, READER_BYTES_MAX);
    this.#feeds.add(feed);
    return {
      pull: (options) => feed.pull(options),
      seek: (offset) => feed.seek(offset),
      close: async () => feed.end(() => closed("the reader")),
    };
  }

  async join(join: JoinOptions): Promise<Member> {
    this.#refuseClosed();
    const { group, topics } = join;
    const [wire, leaders, fetcher, clock, sessionMs] = [
      this.#wire,
      this.#leaders,
      this.#fetcher,
      this.#clock,
      this.#sessionMs,
    ];
    const member = new KafkaMember({ wire, leaders, fetcher, clock, join, sessionMs });
    for (const topic of topics) await this.#call("metadata", () => leaders.ofTopic(topic));
    this.#members.add(member);
    try {
      await member.start();
    } catch (error) {
      this.#members.delete(member);
      throw error instanceof WireError ? logUnreachable(`joining group "${group}"`, error) : error;
    }
    return member;
  }

  async trim(at: TopicPartition, beforeOffset: number): Promise<void> {
    checkOffset(beforeOffset);
    await this.#call("trim", async () => {
      const leader = await this.#leaders.of(at);
      const end = await this.#wire.listOffset(leader, at, "end");
      await this.#wire.deleteRecords(leader, at, Math.min(beforeOffset, end));
    });
  }

  topics(): Promise<readonly TopicFacts[]> {
    return this.#call("topics", async () => (await this.#wire.topics()).filter(({ topic }) => !topic.startsWith("__")));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const feed of this.#feeds) feed.end(() => closed("the log"));
    for (const lane of this.#lanes.values()) lane.close();
    await Promise.all([...this.#members].map((member) => member.leave()));
    this.#fetcher.close();
    await this.#wire.close();
  }

  #lane(at: TopicPartition): AppendLane {
    const known = this.#lanes.get(keyOf(at));
    if (known !== undefined) return known;
    const made = new AppendLane({ topic: at.topic, partition: at.partition }, this.#wire, this.#leaders, this.#clock);
    this.#lanes.set(keyOf(at), made);
    return made;
  }

  /** A call that may be made again without harm is, while there is hope. */
  async #call<Answer>(what: string, call: () => Promise<Answer>): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      this.#refuseClosed();
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        const passing = isConnectionError(error) || isStaleMetadata(error) || isKafkaError(error, "notController");
        if (!passing || attempt >= ATTEMPTS_MAX) throw logUnreachable(what, error);
        this.#leaders.forgetAll();
        await backOff(this.#clock, attempt);
      }
    }
  }

  #refuseClosed(): void {
    if (this.#closing !== undefined) throw closed("the log");
  }
}
