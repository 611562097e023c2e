/**
 * Fetch, version 11, which brokers from 2.3 on answer: the request's bytes, and the answer's without its records, which stay
 * as they came. Clients decode each record into several objects, and stop at a compression that they lack.
 * Source: Kafka's FetchRequest.json and FetchResponse.json.
 */
import { int32, int64, ProtocolReader, string } from "./protocol-bytes.ts";
import type { FetchAnswer, FetchOptions, FetchRequest } from "./wire.ts";

export const FETCH = { apiKey: 1, apiVersion: 11 } as const;

const NO_REPLICA = -1;
const MIN_BYTES = 1;
const READ_COMMITTED = 1;
const NO_SESSION = { id: 0, epoch: -1 } as const;
const UNKNOWN = -1;

export function encodeFetch(requests: readonly FetchRequest[], { maxWaitMs, bytesMax }: FetchOptions): Buffer {
  const topics = [...Map.groupBy(requests, ({ topic }) => topic)];
  const parts = topics.flatMap(([topic, own]) => [string(topic), int32(own.length), ...own.map(encodePartition)]);
  const head = [NO_REPLICA, maxWaitMs, MIN_BYTES, bytesMax].map(int32);
  const session = [NO_SESSION.id, NO_SESSION.epoch].map(int32);
  // Nothing to leave out of a session, and no rack.
  const tail = [int32(0), string("")];
  return Buffer.concat([...head, Buffer.of(READ_COMMITTED), ...session, int32(topics.length), ...parts, ...tail]);
}

function encodePartition({ partition, offset, bytesMax }: FetchRequest): Buffer {
  return Buffer.concat([int32(partition), int32(UNKNOWN), int64(offset), int64(UNKNOWN), int32(bytesMax)]);
}

/** Records of the answers are views of `bytes`. */
export function decodeFetch(bytes: Uint8Array): {
  readonly kafkaCode: number;
  readonly answers: readonly FetchAnswer[];
} {
  const reader = new ProtocolReader(bytes);
  reader.passOver(4);
  const kafkaCode = reader.int16();
  reader.passOver(4);
  const answers = reader.array(() => {
    const topic = reader.string();
    return reader.array(() => decodePartition(topic, reader));
  });
  return { kafkaCode, answers: answers.flat() };
}

function decodePartition(topic: string, reader: ProtocolReader): FetchAnswer {
  const [partition, kafkaCode] = [reader.int32(), reader.int16()];
  // High watermark, last stable offset, first offset.
  reader.passOver(3 * 8);
  const aborted = reader.array(() => ({ producerId: reader.int64(), firstOffset: Number(reader.int64()) }));
  // A replica to read from instead.
  reader.passOver(4);
  return { topic, partition, kafkaCode, aborted, batches: reader.bytes() };
}
