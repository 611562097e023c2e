import fc from "fast-check";
import { expect, test } from "vitest";
import { murmur2, partitionOf } from "./partition-of.ts";

/** From Kafka's own UtilsTest. */
const KAFKA_VECTORS: readonly (readonly [string, number])[] = [
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107],
];

test("murmur2 gives the values of Kafka's own tests", () => {
  expect(KAFKA_VECTORS.map(([text]) => [text, murmur2(Buffer.from(text))])).toEqual(KAFKA_VECTORS);
});

test("a key's partition is a partition, and the same every time", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 1_024 }), (key, partitions) => {
      const partition = partitionOf(key, partitions);
      expect(partition).toBeGreaterThanOrEqual(0);
      expect(partition).toBeLessThan(partitions);
      expect(partitionOf(key, partitions)).toBe(partition);
    }),
  );
});

test("keys spread over the partitions", () => {
  const counts = new Array<number>(8).fill(0);
  for (let key = 0; key < 8_000; key++) counts[partitionOf(`ad-${key}`, 8)]! += 1;
  expect(Math.min(...counts)).toBeGreaterThan(850);
});
