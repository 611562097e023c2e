/**
 * What a Kafka client has to do for the binding: requests and answers, no state. Everything that decides anything (groups,
 * queues, batches, retries) is on this side of the seam, the same for every client, because clients are known to fail there:
 * handlers that go on with revoked partitions, silent jumps to another offset, commits that are merged and lost.
 * Every method rejects with a `WireError`.
 */
import type { TopicPartition } from "../api/event-log.ts";
import type { AnyTopic } from "../api/topic.ts";
import type { KafkaAccess } from "./access.ts";

/** Of what is appended; what is read may be in any. */
export type KafkaCompression = "none" | "gzip" | "zstd";

export interface WireOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Copies of each partition of topics made here. */
  readonly replicas: number | undefined;
  readonly access: KafkaAccess;
  readonly compression: KafkaCompression;
  readonly topicConfig: (topic: AnyTopic) => Readonly<Record<string, string>>;
}

export interface KafkaWire {
  /** Makes topics that are missing; one that exists is left as it is, whatever its partitions. */
  createTopics(topics: readonly AnyTopic[]): Promise<void>;
  /** Leaders of a topic's partitions, in order of partitions; `undefined` when there is no such topic. Asked anew each time. */
  leadersOf(topic: string): Promise<readonly number[] | undefined>;
  topics(): Promise<readonly { readonly topic: string; readonly partitions: number }[]>;
  /** Writes one batch with acks=all, without resending it. @returns offset of its first record */
  produce(leader: number, at: TopicPartition, records: readonly WireRecord[]): Promise<number>;
  listOffset(leader: number, at: TopicPartition, which: "earliest" | "end"): Promise<number>;
  /** @param over which of two connections: a fetch that waits would hold up a call behind it */
  fetch(
    leader: number,
    requests: readonly FetchRequest[],
    options: FetchOptions,
    over: "fetch" | "call",
  ): Promise<readonly FetchAnswer[]>;
  deleteRecords(leader: number, at: TopicPartition, beforeOffset: number): Promise<void>;

  joinGroup(request: JoinRequest): Promise<JoinAnswer>;
  /** @param assignments of all members, from the leader only. @returns this member's assignment */
  syncGroup(request: GroupRequest & { readonly assignments: readonly MemberBytes[] }): Promise<Uint8Array>;
  heartbeat(request: GroupRequest): Promise<void>;
  leaveGroup(request: Pick<GroupRequest, "group" | "memberId">): Promise<void>;
  commit(
    request: GroupRequest & { readonly offsets: readonly (TopicPartition & { readonly offset: number })[] },
  ): Promise<void>;
  close(): Promise<void>;
}

/** A record as Kafka holds it. */
export interface WireRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}

export interface FetchOptions {
  readonly maxWaitMs: number;
  readonly bytesMax: number;
}

export interface FetchRequest extends TopicPartition {
  readonly offset: number;
  readonly bytesMax: number;
}

export interface FetchAnswer extends TopicPartition {
  /** 0 when all is well. */
  readonly kafkaCode: number;
  /** Record batches as the broker sent them. */
  readonly batches: Uint8Array;
  /** Of transactions whose records are to be left out, in order of offset. */
  readonly aborted: readonly { readonly producerId: bigint; readonly firstOffset: number }[];
}

export interface GroupRequest {
  readonly group: string;
  readonly generation: number;
  readonly memberId: string;
}

export interface JoinRequest {
  readonly group: string;
  /** Empty for a new member. */
  readonly memberId: string;
  readonly sessionMs: number;
  readonly rebalanceMs: number;
  readonly protocol: string;
  readonly metadata: Uint8Array;
}

export interface MemberBytes {
  readonly memberId: string;
  readonly bytes: Uint8Array;
}

export interface JoinAnswer {
  readonly generation: number;
  readonly memberId: string;
  readonly leaderId: string;
  /** For the leader: every member with its metadata. */
  readonly members: readonly MemberBytes[];
}
