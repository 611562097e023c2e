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
import { APPEND_RECORDS_MAX } from "../api/limits.ts";
import { checkRecords } from "../api/record-size.ts";
import type { AnyTopic } from "../api/topic.ts";
import { accessRefused, closed, logUnreachable, partitionsDiffer } from "../errors.ts";
import { appendByPartition } from "../group/append-by-partition.ts";
import { AppendLane } from "../group/append-lane.ts";
import { checkOffset } from "../group/feed.ts";
import { keyOf } from "../group/held-partitions.ts";
import { backOff } from "./back-off.ts";
import { recordsOf } from "./batch/pack.ts";
import { Fetcher } from "./fetcher.ts";
import { isConnectionError, isKafkaError, isStaleMetadata, WireError } from "./kafka-errors.ts";
import { KafkaMember } from "./kafka-member.ts";
import { Leaders } from "./leaders.ts";
import { BATCH_BYTES_MAX, produceBatch } from "./produce-batch.ts";
import { QueueFeed } from "./queue-feed.ts";
import { toWire, wireBytes } from "./to-wire.ts";
import type { KafkaWire, WireRecord } from "./wire.ts";

/** Records and bytes that a reader outside groups fetches ahead of its pulls. */
const READER_RECORDS_MAX = 2_000;
const READER_BYTES_MAX = 2 * 1024 * 1024;
/** Attempts of a call that changes nothing twice; with back-off, some 5 s. */
const ATTEMPTS_MAX = 8;
/** A topic that was just made is known to every broker within this many looks. */
const LOOKS_MAX = 20;

interface LogOptions {
  readonly brokers: readonly string[];
  readonly clock: HostClock;
  readonly sessionMs: number;
}

/** The log over a Kafka cluster, whatever the client underneath. */
export class KafkaLog implements EventLog {
  readonly binding = "kafka";
  readonly #wire: KafkaWire;
  readonly #brokers: readonly string[];
  readonly #clock: HostClock;
  readonly #sessionMs: number;
  readonly #leaders: Leaders;
  readonly #fetcher: Fetcher;
  readonly #lanes = new Map<string, AppendLane<WireRecord>>();
  readonly #members = new Set<KafkaMember>();
  readonly #feeds = new Set<QueueFeed>();
  #closing: Promise<void> | undefined;

  constructor(wire: KafkaWire, { brokers, clock, sessionMs }: LogOptions) {
    this.#wire = wire;
    this.#brokers = brokers;
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
    return appendByPartition(records, async (at) => {
      await this.#call("metadata", () => this.#leaders.of(at));
      this.#refuseClosed();
      return this.#lane(at);
    });
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
    return answer === undefined ? undefined : recordsOf(at, answer, offset).at(-1)?.timeMs;
  }

  async read({ topic, partition, fromOffset }: ReadOptions): Promise<LogReader> {
    const at = { topic, partition };
    await this.#call("metadata", () => this.#leaders.of(at));
    this.#refuseClosed();
    const feed = new QueueFeed({
      ...{ at, clock: this.#clock, fromOffset, recordsMax: READER_RECORDS_MAX, bytesMax: READER_BYTES_MAX },
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
    const lanes = [...this.#lanes.values()].map((lane) => lane.close());
    await Promise.all([...lanes, ...[...this.#members].map((member) => member.leave())]);
    this.#fetcher.close();
    await this.#wire.close();
  }

  #lane({ topic, partition }: TopicPartition): AppendLane<WireRecord> {
    const at = { topic, partition };
    const known = this.#lanes.get(keyOf(at));
    if (known !== undefined) return known;
    const [wire, leaders, clock] = [this.#wire, this.#leaders, this.#clock];
    const made: AppendLane<WireRecord> = new AppendLane({
      ...{
        at,
        itemOf: toWire,
        bytesOf: wireBytes,
        batchRecordsMax: APPEND_RECORDS_MAX,
        batchBytesMax: BATCH_BYTES_MAX,
      },
      send: (batch) => produceBatch({ wire, leaders, clock }, at, batch, () => !made.closed),
    });
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
        if (error.refusal !== undefined) throw accessRefused(this.#brokers, error.refusal);
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
