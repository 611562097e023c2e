/**
 * kafkajs as a wire. Of it only connections, cluster metadata, the protocol and the admin client are used, by what its types
 * publish, and six requests that they leave out. Its consumer is not used: it goes on with partitions that it no
 * longer has (tulios/kafkajs#1046, #1197), jumps to a default offset when one was trimmed, and cannot be told to drain before
 * it joins again. Its producer is not used: it sends batches again whose fate it does not know.
 */
import type { Admin, Kafka, Message } from "kafkajs";
import type { TopicPartition } from "../api/event-log.ts";
import type { AnyTopic } from "../api/topic.ts";
import { clientMissing } from "../errors.ts";
import { decodeFetch, encodeFetch, FETCH } from "./fetch-protocol.ts";
import { WireError } from "./kafka-errors.ts";
import {
  type AnyCluster,
  COMPRESSION_TYPES,
  clusterOf,
  type GroupBroker,
  KAFKAJS_VERSION,
  loadKafkajs,
  REQUEST_MS_MAX,
  RETRY,
} from "./kafkajs-client.ts";
import { told, toWireError } from "./kafkajs-errors.ts";
import type {
  FetchAnswer,
  FetchOptions,
  FetchRequest,
  GroupRequest,
  JoinAnswer,
  JoinRequest,
  KafkaWire,
  MemberBytes,
  WireOptions,
  WireRecord,
} from "./wire.ts";

const READ_COMMITTED = 1;

/** @throws GraphError TENON1564 */
export async function openKafkajsWire(options: WireOptions): Promise<KafkaWire> {
  return new KafkajsWire(await loadKafkajs(options), options);
}

class KafkajsWire implements KafkaWire {
  readonly #options: WireOptions;
  readonly #admin: Admin;
  readonly #calls: AnyCluster;
  readonly #fetches: AnyCluster;
  #connecting: Promise<void> | undefined;

  constructor(kafka: Kafka, options: WireOptions) {
    this.#options = options;
    this.#admin = kafka.admin({ retry: RETRY });
    this.#calls = clusterOf(kafka);
    this.#fetches = clusterOf(kafka);
  }

  #connect(): Promise<void> {
    this.#connecting ??= Promise.all([this.#calls.connect(), this.#fetches.connect(), this.#admin.connect()]).then(
      () => undefined,
      (error: unknown) => {
        this.#connecting = undefined;
        throw toWireError(error, true);
      },
    );
    return this.#connecting;
  }

  /** The broker with an id, connected. Fails with `unsent`. */
  async #broker(cluster: AnyCluster, nodeId: number): Promise<GroupBroker> {
    await this.#connect();
    try {
      try {
        return (await cluster.findBroker({ nodeId: String(nodeId) })) as GroupBroker;
      } catch {
        // Known brokers come with metadata, whatever its topics.
        await cluster.refreshMetadata();
        return (await cluster.findBroker({ nodeId: String(nodeId) })) as GroupBroker;
      }
    } catch (error) {
      throw toWireError(error, true);
    }
  }

  async createTopics(topics: readonly AnyTopic[]): Promise<void> {
    await this.#connect();
    for (const topic of topics) {
      const { replicas, topicConfig } = this.#options;
      const configEntries = Object.entries(topicConfig(topic)).map(([name, value]) => ({ name, value }));
      const wanted = {
        topic: topic.name,
        numPartitions: topic.partitions,
        replicationFactor: replicas ?? -1,
        configEntries,
      };
      await told(this.#admin.createTopics({ topics: [wanted], waitForLeaders: false }));
    }
  }

  async leadersOf(topic: string): Promise<readonly number[] | undefined> {
    await this.#connect();
    try {
      // The first answer may be remembered; the second is asked for.
      const metadata = await this.#calls.metadata({ topics: [topic] });
      const found = metadata?.topicMetadata.find((each) => each.topic === topic);
      if (found === undefined) throw new WireError("no broker answered", { unsent: true });
      return found.partitionMetadata.toSorted((a, b) => a.partitionId - b.partitionId).map(({ leader }) => leader);
    } catch (error) {
      const failed = toWireError(error);
      if (failed.kafkaCode === 3) return undefined;
      throw failed;
    }
  }

  async topics(): Promise<readonly { topic: string; partitions: number }[]> {
    await this.#connect();
    const { topics } = await told(this.#admin.fetchTopicMetadata());
    return topics.map(({ name, partitions }) => ({ topic: name, partitions: partitions.length }));
  }

  async produce(leader: number, { topic, partition }: TopicPartition, records: readonly WireRecord[]): Promise<number> {
    const broker = await this.#broker(this.#calls, leader);
    const messages = records.map(toMessage);
    const answer = await told(
      broker.produce({
        acks: -1,
        timeout: REQUEST_MS_MAX,
        compression: COMPRESSION_TYPES[this.#options.compression],
        topicData: [{ topic, partitions: [{ partition, messages }] }],
      }),
    );
    return Number(
      (answer as { topics: { partitions: { baseOffset: string }[] }[] }).topics[0]?.partitions[0]?.baseOffset,
    );
  }

  async listOffset(leader: number, { topic, partition }: TopicPartition, which: "earliest" | "end"): Promise<number> {
    const broker = await this.#broker(this.#calls, leader);
    const timestamp = which === "earliest" ? -2 : -1;
    const topics = [{ topic, partitions: [{ partition, timestamp }] }];
    const answer = await told(broker.listOffsets({ isolationLevel: READ_COMMITTED, topics }));
    return Number(answer.responses[0]?.partitions[0]?.offset);
  }

  async fetch(
    leader: number,
    requests: readonly FetchRequest[],
    options: FetchOptions,
    over: "fetch" | "call",
  ): Promise<readonly FetchAnswer[]> {
    const broker = await this.#broker(over === "fetch" ? this.#fetches : this.#calls, leader);
    const request = encodeFetch(requests, options);
    const { kafkaCode, answers } = await told(
      broker.connectionPool.send({
        // What its encoder would be.
        request: { ...FETCH, apiName: "Fetch", encode: async () => ({ buf: request, buffer: request }) },
        response: { decode: async (bytes: Uint8Array) => decodeFetch(bytes), parse: async (data) => data },
      }),
    );
    if (kafkaCode !== 0) throw new WireError("fetch", { kafkaCode });
    return answers;
  }

  async deleteRecords(leader: number, { topic, partition }: TopicPartition, beforeOffset: number): Promise<void> {
    const broker = await this.#broker(this.#calls, leader);
    const topics = [{ topic, partitions: [{ partition, offset: String(beforeOffset) }] }];
    await told(broker.deleteRecords({ topics, timeout: REQUEST_MS_MAX }));
  }

  async joinGroup({ group, memberId, sessionMs, rebalanceMs, protocol, metadata }: JoinRequest): Promise<JoinAnswer> {
    const broker = await this.#coordinator(group);
    const answer = await told(
      broker.joinGroup({
        ...{ groupId: group, memberId, sessionTimeout: sessionMs, rebalanceTimeout: rebalanceMs },
        groupProtocols: [{ name: protocol, metadata: Buffer.from(metadata) }],
      }),
    );
    const members = answer.members.map((member) => ({ memberId: member.memberId, bytes: member.memberMetadata }));
    return { generation: answer.generationId, memberId: answer.memberId, leaderId: answer.leaderId, members };
  }

  async syncGroup(request: GroupRequest & { readonly assignments: readonly MemberBytes[] }): Promise<Uint8Array> {
    const { group, generation, memberId, assignments } = request;
    const broker = await this.#coordinator(group);
    const groupAssignment = assignments.map((each) => ({
      memberId: each.memberId,
      memberAssignment: Buffer.from(each.bytes),
    }));
    const answer = await told(
      broker.syncGroup({ groupId: group, generationId: generation, memberId, groupAssignment }),
    );
    return answer.memberAssignment;
  }

  async heartbeat({ group, generation, memberId }: GroupRequest): Promise<void> {
    const broker = await this.#coordinator(group);
    await told(broker.heartbeat({ groupId: group, groupGenerationId: generation, memberId }));
  }

  async leaveGroup({ group, memberId }: Pick<GroupRequest, "group" | "memberId">): Promise<void> {
    const broker = await this.#coordinator(group);
    await told(broker.leaveGroup({ groupId: group, memberId }));
  }

  async commit(request: Parameters<KafkaWire["commit"]>[0]): Promise<void> {
    const { group, generation, memberId, offsets } = request;
    const broker = await this.#coordinator(group);
    const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, own]) => ({
      topic,
      partitions: own.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
    }));
    await told(broker.offsetCommit({ groupId: group, groupGenerationId: generation, memberId, topics }));
  }

  async #coordinator(group: string): Promise<GroupBroker> {
    await this.#connect();
    try {
      const found = (await this.#calls.findGroupCoordinator({ groupId: group })) as GroupBroker;
      if (typeof found.joinGroup === "function") return found;
    } catch (error) {
      throw toWireError(error, true);
    }
    throw clientMissing("kafkajs", `is not version ${KAFKAJS_VERSION}`, undefined);
  }

  async close(): Promise<void> {
    await this.#connecting?.catch(() => undefined);
    await Promise.allSettled([this.#calls.disconnect(), this.#fetches.disconnect(), this.#admin.disconnect()]);
  }
}

function toMessage({ key, value, headers }: WireRecord): Message {
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: Object.fromEntries(headers.map(([name, bytes]) => [name, Buffer.from(bytes)])),
  };
}
