import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from "./group-protocol.ts";
import { isFromKafkajs } from "./kafkajs-warning.ts";
import { readableRecords, TIME_HEADER, toWire } from "./readable-records.ts";
import type { FetchedRecord, WireBatch } from "./wire.ts";

const AT = { topic: "t", partition: 0 };

function record(offset: number): FetchedRecord {
  const { key, value, headers } = toWire({
    ...AT,
    key: "k",
    timeMs: 7,
    headers: { a: "b" },
    value: Uint8Array.of(offset),
  });
  return { offset, timestampMs: 9, key, value, headers };
}

function batch(firstOffset: number, count: number, change: Partial<WireBatch> = {}): WireBatch {
  const records = Array.from({ length: count }, (_, at) => record(firstOffset + at));
  return {
    firstOffset,
    lastOffset: firstOffset + count - 1,
    producerId: -1n,
    transactional: false,
    control: false,
    records,
    ...change,
  };
}

const offsetsOf = (
  batches: readonly WireBatch[],
  aborted: readonly { producerId: bigint; firstOffset: number }[] = [],
  from = 0,
) => {
  const { records, nextOffset } = readableRecords(AT, { batches, aborted }, from);
  return { offsets: records.map(({ offset }) => offset), nextOffset };
};

test("event time travels in a header of ours, which readers do not see", () => {
  const { records } = readableRecords(AT, { batches: [batch(0, 1)], aborted: [] }, 0);
  expect(records).toEqual([
    { ...AT, offset: 0, key: "k", timeMs: 7, appendedAtMs: 9, headers: { a: "b" }, value: Uint8Array.of(0) },
  ]);
});

test("records of other producers are readable: without key, value or our time", () => {
  const foreign = {
    offset: 3,
    timestampMs: 9,
    key: null,
    value: null,
    headers: [[TIME_HEADER, Buffer.from("soon")]] as const,
  };
  const { records } = readableRecords(AT, { batches: [batch(3, 1, { records: [foreign] })], aborted: [] }, 0);
  expect(records).toMatchObject([{ offset: 3, key: "", timeMs: 9, headers: {}, value: new Uint8Array(0) }]);
});

test("a batch that begins before the offset asked for gives its later records only", () => {
  expect(offsetsOf([batch(0, 10)], [], 7)).toEqual({ offsets: [7, 8, 9], nextOffset: 10 });
});

test("records of aborted transactions and the protocol's marks are left out, others between them are not", () => {
  const mark = (firstOffset: number, producerId: bigint) =>
    batch(firstOffset, 1, { producerId, control: true, transactional: true });
  const batches = [
    batch(0, 2, { producerId: 1n, transactional: true }),
    batch(2, 2, { producerId: 2n, transactional: true }),
    batch(4, 1),
    mark(5, 1n),
    batch(6, 2, { producerId: 1n, transactional: true }),
    mark(8, 2n),
    mark(9, 1n),
  ];
  expect(offsetsOf(batches, [{ producerId: 1n, firstOffset: 0 }])).toEqual({
    offsets: [2, 3, 4, 6, 7],
    nextOffset: 10,
  });
});

test("a fetch with nothing readable still moves on", () => {
  const batches = [
    batch(4, 3, { producerId: 1n, transactional: true }),
    batch(7, 1, { producerId: 1n, control: true }),
  ];
  expect(offsetsOf(batches, [{ producerId: 1n, firstOffset: 4 }], 4)).toEqual({ offsets: [], nextOffset: 8 });
  expect(offsetsOf([batch(9, 0, { lastOffset: 11 })], [], 9)).toEqual({ offsets: [], nextOffset: 12 });
});

test("a member's words and its assignment come back as they were said", () => {
  const partitions = fc.array(fc.record({ topic: fc.constantFrom("a", "b-c", "ü"), partition: fc.nat(1_000) }));
  fc.assert(
    fc.property(fc.array(fc.string()), fc.string(), partitions, (topics, name, assigned) => {
      expect(decodeSubscription(encodeSubscription({ topics, name }))).toEqual({ topics, name });
      const sorted = assigned.toSorted((a, b) => a.topic.localeCompare(b.topic));
      const decoded = decodeAssignment(encodeAssignment(assigned)).toSorted((a, b) => a.topic.localeCompare(b.topic));
      expect(decoded).toEqual(sorted);
    }),
  );
  expect(decodeAssignment(new Uint8Array(0))).toEqual([]);
});

test("of kafkajs the warning of a negative timeout is dropped, and nothing else", () => {
  const theirs = "at RequestQueue (/x/node_modules/kafkajs/src/network/requestQueue/index.js:317:5)";
  expect(isFromKafkajs(["-5 is negative", "TimeoutNegativeWarning"], theirs)).toBe(true);
  expect(isFromKafkajs(["-5 is negative", { type: "TimeoutNegativeWarning" }], theirs)).toBe(true);
  expect(
    isFromKafkajs(["-5 is negative", "TimeoutNegativeWarning"], "at ours (/x/packages/event-log/src/a.ts:1:1)"),
  ).toBe(false);
  expect(isFromKafkajs(["2^40 is large", "TimeoutOverflowWarning"], theirs)).toBe(false);
  expect(isFromKafkajs(["deprecated", "DeprecationWarning"], theirs)).toBe(false);
});
