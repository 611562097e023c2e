/**
 * @platformatic/kafka as a wire. Of it only connections and requests are used, by what its types publish. Its clients are
 * not used: they merge group requests under constant keys, so that of three commits at once one is made and three are told
 * "ok", and the transactional producer cannot be started twice with one id.
 */
import type * as Platformatic from "@platformatic/kafka";
import type { TopicPartition } from "../api/event-log.ts";
import type { AnyTopic } from "../api/topic.ts";
import { clientMissing } from "../errors.ts";
import { decodeFetch, encodeFetch, FETCH } from "./fetch-protocol.ts";
import { GROUP_PROTOCOL } from "./group-protocol.ts";
import { KAFKA_CODES, WireError } from "./kafka-errors.ts";
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

type Library = typeof Platformatic;
type Connection = Platformatic.Connection;
type Pool = Platformatic.ConnectionPool;

const CONNECT_MS_MAX = 3_000;
const REQUEST_MS_MAX = 30_000;
/** Requests on one connection whose answers are awaited: appends of many partitions go at once. */
const IN_FLIGHT_MAX = 1_000;
const ALL_IN_SYNC = -1;
const READ_COMMITTED = 1;
const GROUP_KEY = 0;
const CONSUMER = "consumer";
const MECHANISMS = { plain: "PLAIN", "scram-sha-256": "SCRAM-SHA-256", "scram-sha-512": "SCRAM-SHA-512" } as const;

/** Takes 0.4 s to load, so it is loaded when a log is opened with it. */
export async function openPlatformaticWire(options: WireOptions): Promise<KafkaWire> {
  const library = await import("@platformatic/kafka").catch((error: unknown) => {
    throw clientMissing("platformatic", "is not installed", error);
  });
  return new PlatformaticWire(library, options);
}

/** Fetch as our own protocol has it: the client's decodes records into more objects than there is need for. */
function fetchApiOf({ createAPI, Writer }: Library) {
  return createAPI<[readonly FetchRequest[], FetchOptions], ReturnType<typeof decodeFetch>>(
    FETCH.apiKey,
    FETCH.apiVersion,
    (requests, options) => Writer.create().append(encodeFetch(requests, options)),
    (_correlationId, _apiKey, _apiVersion, reader) => decodeFetch(reader.buffer.slice(reader.position)),
    false,
    false,
  );
}

class PlatformaticWire implements KafkaWire {
  readonly #library: Library;
  readonly #fetchApi: ReturnType<typeof fetchApiOf>;
  readonly #options: WireOptions;
  readonly #bootstrap: readonly Platformatic.Broker[];
  readonly #calls: Pool;
  readonly #fetches: Pool;
  #brokers = new Map<number, Platformatic.Broker>();

  constructor(library: Library, options: WireOptions) {
    this.#library = library;
    this.#fetchApi = fetchApiOf(library);
    this.#options = options;
    this.#bootstrap = options.brokers.map((address) => {
      const colon = address.lastIndexOf(":");
      return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
    });
    const { tls, sasl } = options.access;
    const connections: Platformatic.ConnectionOptions = {
      ...{ connectTimeout: CONNECT_MS_MAX, requestTimeout: REQUEST_MS_MAX, maxInflights: IN_FLIGHT_MAX },
      ...(tls !== undefined && { tls }),
      ...(sasl !== undefined && { sasl: { ...sasl, mechanism: MECHANISMS[sasl.mechanism] } }),
    };
    this.#calls = new library.ConnectionPool(options.clientId, connections);
    this.#fetches = new library.ConnectionPool(options.clientId, connections);
  }

  async #any(): Promise<Connection> {
    const known = [...this.#brokers.values()];
    try {
      return await this.#calls.getFirstAvailable([...known, ...this.#bootstrap]);
    } catch (error) {
      throw toWireError(error, true);
    }
  }

  async #broker(pool: Pool, nodeId: number): Promise<Connection> {
    if (!this.#brokers.has(nodeId)) await this.#metadata([]);
    const broker = this.#brokers.get(nodeId);
    if (broker === undefined) throw new WireError(`broker ${nodeId} is not in the cluster`, { unsent: true });
    try {
      return await pool.get(broker);
    } catch (error) {
      throw toWireError(error, true);
    }
  }

  async #metadata(topics: string[] | null): Promise<Platformatic.metadataV12.MetadataResponse> {
    const connection = await this.#any();
    let answer: Platformatic.metadataV12.MetadataResponse;
    try {
      answer = await this.#library.metadataV12.api.async(connection, topics, false, false);
    } catch (error) {
      // A topic that is not known fails the whole answer, which still names the brokers.
      const response = (error as { response?: Platformatic.metadataV12.MetadataResponse }).response;
      if (response === undefined) throw toWireError(error);
      answer = response;
    }
    this.#brokers = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
    return answer;
  }

  async createTopics(topics: readonly AnyTopic[]): Promise<void> {
    const { replicas, topicConfig } = this.#options;
    for (const topic of topics) {
      const { controllerId } = await this.#metadata([]);
      const connection = await this.#broker(this.#calls, controllerId);
      const configs = Object.entries(topicConfig(topic)).map(([name, value]) => ({ name, value }));
      const wanted = {
        name: topic.name,
        numPartitions: topic.partitions,
        replicationFactor: replicas ?? -1,
        assignments: [],
        configs,
      };
      await told(this.#library.createTopicsV7.api.async(connection, [wanted], REQUEST_MS_MAX, false)).catch(
        (error: WireError) => {
          if (error.kafkaCode !== KAFKA_CODES.topicExists) throw error;
        },
      );
    }
  }

  async leadersOf(topic: string): Promise<readonly number[] | undefined> {
    const { topics } = await this.#metadata([topic]);
    const found = topics.find(({ name }) => name === topic);
    if (found === undefined || found.errorCode === KAFKA_CODES.unknownTopic) return undefined;
    const failed = [found.errorCode, ...found.partitions.map(({ errorCode }) => errorCode)].find((code) => code !== 0);
    if (failed !== undefined) throw new WireError(`metadata of "${topic}"`, { kafkaCode: failed });
    return found.partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex).map(({ leaderId }) => leaderId);
  }

  async topics(): Promise<readonly { topic: string; partitions: number }[]> {
    const { topics } = await this.#metadata(null);
    return topics.map(({ name, partitions }) => ({ topic: name ?? "", partitions: partitions.length }));
  }

  async produce(leader: number, { topic, partition }: TopicPartition, records: readonly WireRecord[]): Promise<number> {
    const connection = await this.#broker(this.#calls, leader);
    const { compression } = this.#options;
    const messages = records.map((record) => toMessage(topic, partition, record));
    const answer = await told(
      this.#library.produceV9.api.async(connection, ALL_IN_SYNC, REQUEST_MS_MAX, messages, { compression }),
    );
    if (typeof answer === "boolean") throw new WireError("the broker did not answer");
    return Number(answer.responses[0]?.partitionResponses[0]?.baseOffset);
  }

  async listOffset(leader: number, { topic, partition }: TopicPartition, which: "earliest" | "end"): Promise<number> {
    const connection = await this.#broker(this.#calls, leader);
    const timestamp = which === "earliest" ? -2n : -1n;
    const topics = [{ name: topic, partitions: [{ partitionIndex: partition, currentLeaderEpoch: -1, timestamp }] }];
    const answer = await told(this.#library.listOffsetsV7.api.async(connection, -1, READ_COMMITTED, topics));
    return Number(answer.topics[0]?.partitions[0]?.offset);
  }

  async fetch(
    leader: number,
    requests: readonly FetchRequest[],
    options: FetchOptions,
    over: "fetch" | "call",
  ): Promise<readonly FetchAnswer[]> {
    const connection = await this.#broker(over === "fetch" ? this.#fetches : this.#calls, leader);
    const { kafkaCode, answers } = await told(this.#fetchApi.async(connection, requests, options));
    if (kafkaCode !== 0) throw new WireError("fetch", { kafkaCode });
    return answers;
  }

  async deleteRecords(leader: number, { topic, partition }: TopicPartition, beforeOffset: number): Promise<void> {
    const connection = await this.#broker(this.#calls, leader);
    const topics = [{ name: topic, partitions: [{ partitionIndex: partition, offset: BigInt(beforeOffset) }] }];
    await told(this.#library.deleteRecordsV2.api.async(connection, topics, REQUEST_MS_MAX));
  }

  async joinGroup({ group, memberId, sessionMs, rebalanceMs, protocol, metadata }: JoinRequest): Promise<JoinAnswer> {
    const connection = await this.#coordinator(group);
    const protocols = [{ name: protocol, metadata: Buffer.from(metadata) }];
    const { api } = this.#library.joinGroupV9;
    const answer = await told(
      api.async(connection, group, sessionMs, rebalanceMs, memberId, null, CONSUMER, protocols, null),
    );
    const members = answer.members.map((member) => ({ memberId: member.memberId, bytes: member.metadata }));
    return { generation: answer.generationId, memberId: answer.memberId, leaderId: answer.leader, members };
  }

  async syncGroup(request: GroupRequest & { readonly assignments: readonly MemberBytes[] }): Promise<Uint8Array> {
    const { group, generation, memberId, assignments } = request;
    const connection = await this.#coordinator(group);
    const all = assignments.map((each) => ({ memberId: each.memberId, assignment: Buffer.from(each.bytes) }));
    const { api } = this.#library.syncGroupV5;
    return (await told(api.async(connection, group, generation, memberId, null, CONSUMER, GROUP_PROTOCOL, all)))
      .assignment;
  }

  async heartbeat({ group, generation, memberId }: GroupRequest): Promise<void> {
    const connection = await this.#coordinator(group);
    await told(this.#library.heartbeatV4.api.async(connection, group, generation, memberId, null));
  }

  async leaveGroup({ group, memberId }: Pick<GroupRequest, "group" | "memberId">): Promise<void> {
    const connection = await this.#coordinator(group);
    await told(this.#library.leaveGroupV5.api.async(connection, group, [{ memberId }]));
  }

  async commit(request: Parameters<KafkaWire["commit"]>[0]): Promise<void> {
    const { group, generation, memberId, offsets } = request;
    const connection = await this.#coordinator(group);
    const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, own]) => ({
      name,
      partitions: own.map(({ partition, offset }) => ({
        ...{ partitionIndex: partition, committedLeaderEpoch: -1, committedMetadata: null },
        committedOffset: BigInt(offset),
      })),
    }));
    await told(this.#library.offsetCommitV8.api.async(connection, group, generation, memberId, null, topics));
  }

  readonly #coordinators = new Map<string, Platformatic.Broker>();

  async #coordinator(group: string): Promise<Connection> {
    const known = this.#coordinators.get(group);
    try {
      if (known !== undefined) return await this.#calls.get(known);
    } catch {
      this.#coordinators.delete(group);
    }
    const connection = await this.#any();
    const answer = await told(this.#library.findCoordinatorV4.api.async(connection, GROUP_KEY, [group]));
    const found = answer.coordinators.find(({ key }) => key === group);
    if (found === undefined) throw new WireError("no coordinator", { kafkaCode: KAFKA_CODES.coordinatorNotAvailable });
    this.#coordinators.set(group, { host: found.host, port: found.port });
    try {
      return await this.#calls.get(found);
    } catch (error) {
      this.#coordinators.delete(group);
      throw toWireError(error, true);
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#calls.close(), this.#fetches.close()]);
  }
}

function toMessage(topic: string, partition: number, { key, value, headers }: WireRecord): Platformatic.MessageRecord {
  return {
    ...{ topic, partition },
    ...(key !== null && { key: Buffer.from(key) }),
    value: Buffer.from(value ?? new Uint8Array(0)),
    headers: new Map(headers.map(([name, bytes]) => [Buffer.from(name), Buffer.from(bytes)])),
  };
}

async function told<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw toWireError(error);
  }
}

/** Its errors hold the broker's ones inside; the first of them tells. */
function toWireError(error: unknown, unsent = false): WireError {
  if (error instanceof WireError) return error;
  const { errors = [], response } = error as {
    errors?: readonly { apiCode?: number }[];
    response?: { memberId?: string };
  };
  const kafkaCode = [error as { apiCode?: number }, ...errors].find((each) => each.apiCode !== undefined)?.apiCode;
  const memberId = kafkaCode === KAFKA_CODES.memberIdRequired ? response?.memberId : undefined;
  return new WireError(error, { kafkaCode, unsent, memberId });
}
