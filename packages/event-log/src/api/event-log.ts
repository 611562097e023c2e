import type { AnyTopic } from "./topic.ts";

/**
 * The log: topics of partitions of records, appended at the end, read from any offset, trimmed at the start.
 *
 * L1 Records of one partition have rising offsets; gaps may occur (compaction, transaction markers), order never changes.
 * L2 `append` resolves when its records are durable and will be read by every later read past their offsets. When it
 *    rejects, each record may or may not be there, and records of one call to one partition are a prefix of that call.
 *    No binding sends records again whose fate it does not know: only its caller writes a record twice.
 * L3 A read delivers a record only once it can no longer vanish, and never one record of a partition before an earlier one
 *    that is still to come.
 * L4 The log decides who owns a partition, not whether an owner may still write: that is the fence of the reader's store.
 *
 * Offsets are JavaScript integers: 2^53 records of one partition outlast us.
 */
export interface EventLog {
  readonly binding: "embedded" | "kafka" | "simulation";
  /** Makes the topics that are missing. Refuses one that exists with other partitions (TENON1552). */
  createTopics(topics: readonly AnyTopic[]): Promise<void>;
  /**
   * Appends in the order given, per partition; answers in the order of the records.
   *
   * @throws GraphError TENON1554 for a record that not every binding could hold (bounds in `limits.ts`), TENON1553 for an
   *   unknown topic or partition, TENON1560 when too many appends wait; none of their records is appended. TENON1559 when the
   *   outcome is unknown (L2)
   */
  append(records: readonly NewRecord[]): Promise<readonly AppendedAt[]>;
  /**
   * Earliest offset that can be read and the offset that the next record will get or pass, per partition.
   *
   * @throws GraphError TENON1553
   */
  offsets(topic: string): Promise<readonly PartitionOffsets[]>;
  /** A reader of one partition outside any group: replays, audits, status. */
  read(options: ReadOptions): Promise<LogReader>;
  /**
   * Joins a group: its members share the partitions of the topics between them. Resolves once joined; partitions come with
   * `onAssigned`, also later.
   *
   * @throws GraphError TENON1553, TENON1561 for bounds out of range, TENON1563 when the log cannot be reached
   */
  join(options: JoinOptions): Promise<Member>;
  /**
   * Drops records below the offset. Readers below it get TENON1555, never a silent jump. A trim makes room and hides nothing:
   * servers that are killed may forget it (Kafka writes it down once a minute), and then the records are there again, all of
   * them and in order, until it is made again. Who must not read them twice has a fence of his own (L4).
   */
  trim(partition: TopicPartition, beforeOffset: number): Promise<void>;
  /** Topics and partitions that exist. */
  topics(): Promise<readonly TopicFacts[]>;
  /** Members leave (and drain), readers end; whatever waits is rejected with TENON1558. */
  close(): Promise<void>;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface NewRecord extends TopicPartition {
  /** Records of one key go to one partition: `partitionOf(key, partitions)`. */
  readonly key: string;
  /** Event time, ms since 1970. Never the time of appending. */
  readonly timeMs: number;
  readonly headers: Headers;
  readonly value: Uint8Array;
}

/** Names and values are short text; at most 16 of them. */
export type Headers = Readonly<Record<string, string>>;

export interface LogRecord extends NewRecord {
  readonly offset: number;
  /** When the log took it, ms since 1970 on the log's clock; for lag by age, never for logic. */
  readonly appendedAtMs: number;
}

export interface AppendedAt extends TopicPartition {
  readonly offset: number;
}

export interface PartitionOffsets extends TopicPartition {
  readonly earliest: number;
  readonly end: number;
  /** Event time of the newest record, or undefined while there is none. */
  readonly newestTimeMs: number | undefined;
}

export interface TopicFacts {
  readonly topic: string;
  readonly partitions: number;
}

export interface ReadOptions extends TopicPartition {
  readonly fromOffset: number;
}

/**
 * What one pull may bring. All three are bounds, none is a promise; one record comes whatever its size, or a large one would
 * stop the partition for good.
 */
export interface PullOptions {
  readonly recordsMax: number;
  readonly bytesMax: number;
  /** How long an empty pull waits for a record, ms. 0 takes what is at hand. */
  readonly waitMs: number;
  /** Ends the waiting: the pull resolves with nothing, and nothing is lost. */
  readonly signal?: AbortSignal;
}

export interface LogReader {
  /**
   * Records in offset order; empty when none came in time. Pulls of one reader follow each other. While the log cannot be
   * reached pulls are empty, too: `Watchdog` tells a reader that has nothing to do from one that gets nothing.
   *
   * @throws GraphError TENON1555 when the offset was trimmed, TENON1557 when it lies beyond the end: the log lost records
   */
  pull(options: PullOptions): Promise<readonly LogRecord[]>;
  seek(offset: number): void;
  close(): Promise<void>;
}

export interface JoinOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Names this member in the group's listing. */
  readonly member: string;
  /** Records and bytes held per partition ahead of `pull`. */
  readonly queueRecordsMax: number;
  readonly queueBytesMax: number;
  /**
   * A partition is this member's from now on. Resolves with the offset to read from: the owner's store knows it, the log
   * does not. Nothing is delivered before it resolves: a pull waits. A rejection ends the membership (`onFailed`).
   */
  readonly onAssigned: (partition: TopicPartition) => Promise<number>;
  /**
   * A partition is to be given up. Resolves when its work is drained; the log waits at most `drainMs`, then gives it away
   * all the same. Not called when the partition is lost without warning.
   */
  readonly onRevoked: (partition: TopicPartition) => Promise<void>;
  /** A partition was lost without warning: somebody else may own it already. */
  readonly onLost: (partition: TopicPartition) => void;
  /** The member cannot go on; it has left the group. */
  readonly onFailed: (error: Error) => void;
  readonly drainMs: number;
}

/** One member of a group. */
export interface Member {
  readonly assigned: readonly TopicPartition[];
  /**
   * Pulls from an assigned partition; errors as of a reader's pull.
   *
   * @throws GraphError TENON1556 for a partition that is not, or no longer, assigned: from the moment `onRevoked` or `onLost`
   *   is called nothing of it is delivered, queued records and waiting pulls included
   */
  pull(partition: TopicPartition, options: PullOptions): Promise<readonly LogRecord[]>;
  /** Continues at another offset; what is queued of the partition is dropped. */
  seek(partition: TopicPartition, offset: number): Promise<void>;
  /** Tells the log how far the group is, for lag displays only. Never read back. */
  report(partition: TopicPartition, nextOffset: number): Promise<void>;
  /** Drains (`onRevoked`) and leaves. */
  leave(): Promise<void>;
}
