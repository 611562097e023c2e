/**
 * Bytes of the consumer protocol: what a member says of itself when it joins, and what the leader gives it.
 * Source: Kafka's ConsumerProtocolSubscription.json and ConsumerProtocolAssignment.json, version 0, which every tool reads.
 */
import type { TopicPartition } from "../api/event-log.ts";

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
  const reader = new Reader(data);
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
  const reader = new Reader(data);
  reader.int16();
  return reader
    .array(() => {
      const topic = reader.string();
      return reader.array(() => ({ topic, partition: reader.int32() }));
    })
    .flat();
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function string(text: string): Buffer {
  const encoded = Buffer.from(text);
  return Buffer.concat([int16(encoded.length), encoded]);
}

function bytes(data: Buffer): Buffer {
  return Buffer.concat([int32(data.length), data]);
}

class Reader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }

  int16(): number {
    this.#at += 2;
    return this.#data.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#data.readInt32BE(this.#at - 4);
  }

  string(): string {
    return this.#take(this.int16()).toString();
  }

  bytes(): Uint8Array {
    return this.#at + 4 > this.#data.length ? new Uint8Array(0) : this.#take(Math.max(0, this.int32()));
  }

  array<Item>(read: () => Item): Item[] {
    return Array.from({ length: this.int32() }, read);
  }

  #take(length: number): Buffer {
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }
}
