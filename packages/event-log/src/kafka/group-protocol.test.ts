import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from "./group-protocol.ts";
import { isFromKafkajs } from "./kafkajs-warning.ts";

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
