/**
 * Bytes of the consumer protocol: what a member says of itself when it joins, and what the leader gives it.
 * Source: Kafka's ConsumerProtocolSubscription.json and ConsumerProtocolAssignment.json, version 0, which every tool reads.
 */
import type { TopicPartition } from "../api/event-log.ts";
import { bytes, int16, int32, ProtocolReader, string } from "./protocol-bytes.ts";

export const GROUP_PROTOCOL = "tenon-rendezvous";

export interface Subscription {
  readonly topics: readonly string[];
  /** The member's name, as the protocol's user data. */
  readonly name: string;
}

export function encodeSubscription({ topics, name }: Subscription): Uint8Array {
  return Buffer.concat([int16(0), int32(topics.length), ...topics.map(string), bytes(Buffer.from(name))]);
}

export function decodeSubscription(data: Uint8Array): Subscription {
  const reader = new ProtocolReader(data);
  reader.int16();
  const topics = reader.array(() => reader.string());
  return { topics, name: Buffer.from(reader.bytes()).toString() };
}

export function encodeAssignment(partitions: readonly TopicPartition[]): Uint8Array {
  const topics = [...Map.groupBy(partitions, ({ topic }) => topic)];
  const encoded = topics.map(([topic, own]) =>
    Buffer.concat([string(topic), int32(own.length), ...own.map(({ partition }) => int32(partition))]),
  );
  return Buffer.concat([int16(0), int32(encoded.length), ...encoded, bytes(Buffer.alloc(0))]);
}

/** No bytes at all are no partitions: what a member gets whom the leader did not know. */
export function decodeAssignment(data: Uint8Array): readonly TopicPartition[] {
  if (data.byteLength === 0) return [];
  const reader = new ProtocolReader(data);
  reader.int16();
  return reader
    .array(() => {
      const topic = reader.string();
      return reader.array(() => ({ topic, partition: reader.int32() }));
    })
    .flat();
}
