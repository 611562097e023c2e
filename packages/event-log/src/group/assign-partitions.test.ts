import fc from "fast-check";
import { expect, test } from "vitest";
import { assignPartitions, type Candidate } from "./assign-partitions.ts";

const partitionsOf = (topic: string, count: number) =>
  Array.from({ length: count }, (_, partition) => ({ topic, partition }));
const members = (count: number, topics = ["a"]): Candidate[] =>
  Array.from({ length: count }, (_, at) => ({ id: `id-${at}`, name: `worker-${at}`, topics: new Set(topics) }));

test("every partition has one owner, loads differ by one at most, and the order of members does not matter", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 5 }),
      (count, a, b) => {
        const all = members(count, ["a", "b"]);
        const partitions = [...partitionsOf("a", a), ...partitionsOf("b", b)];
        const assigned = assignPartitions(all, partitions);
        const loads = [...assigned.values()].map((each) => each.length);
        expect(loads.length).toBe(count);
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
        const keys = [...assigned.values()].flat().map(({ topic, partition }) => `${topic}/${partition}`);
        expect(keys.sort()).toEqual(partitions.map(({ topic, partition }) => `${topic}/${partition}`).sort());
        expect(new Map([...assignPartitions(all.toReversed(), partitions)].sort())).toEqual(
          new Map([...assigned].sort()),
        );
      },
    ),
  );
});

test("a member gets no partition of a topic that it does not read", () => {
  const [first, second] = members(2) as [Candidate, Candidate];
  const assigned = assignPartitions([first, { ...second, topics: new Set(["b"]) }], partitionsOf("a", 4));
  expect(assigned.get(first.id)).toHaveLength(4);
  expect(assigned.get(second.id)).toHaveLength(0);
});

test("a member that leaves moves little more than its own partitions", () => {
  const partitions = partitionsOf("a", 64);
  const ownerOf = (all: Candidate[]) =>
    new Map([...assignPartitions(all, partitions)].flatMap(([id, own]) => own.map(({ partition }) => [partition, id])));
  const four = ownerOf(members(4));
  const three = ownerOf(members(3));
  const moved = partitions.filter(({ partition }) => four.get(partition) !== three.get(partition)).length;
  expect(moved).toBeLessThan(32);
});
