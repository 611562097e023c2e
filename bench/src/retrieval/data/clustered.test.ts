import { expect, test } from "vitest";
import { attribute, ClusteredSource } from "./clustered.ts";
import { bitmapOf, filtersOf, holds, independentFilter } from "./filters.ts";
import { ATTRIBUTE_VALUES, vectorOf } from "./vector-set.ts";

const SHAPE = { count: 3_000, dimensions: 16, seed: 5 };

test("equal shapes give equal bytes, another seed gives others", () => {
  const set = new ClusteredSource(SHAPE).vectorSet();
  expect(new ClusteredSource(SHAPE).vectorSet()).toEqual(set);
  const other = new ClusteredSource({ ...SHAPE, seed: 6 }).vectorSet();
  expect(other.digest).not.toBe(set.digest);
  expect(other.vectors).not.toEqual(set.vectors);
});

test("the first ads are the same however many follow", () => {
  const few = new ClusteredSource(SHAPE).vectorSet();
  const more = new ClusteredSource({ ...SHAPE, count: 4_000 }).vectorSet();
  expect(more.vectors.subarray(0, few.vectors.length)).toEqual(few.vectors);
});

test("vectors have unit length, and a few clusters hold many of the ads", () => {
  const set = new ClusteredSource(SHAPE).vectorSet();
  const lengths = Array.from({ length: set.count }, (_, id) => Math.hypot(...vectorOf(set, id)));
  expect(Math.max(...lengths.map((length) => Math.abs(length - 1)))).toBeLessThan(1e-6);
  const sizes = new Map<number, number>();
  for (const group of set.groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const largest = [...sizes.values()].sort((left, right) => right - left).slice(0, 80);
  expect(largest.reduce((sum, size) => sum + size, 0) / set.count).toBeGreaterThan(0.4);
});

test("queries for tuning and for reporting are no ads and have none in common", () => {
  const source = new ClusteredSource(SHAPE);
  const { vectors, count } = source.vectorSet();
  const all = [...source.queries(50, "tuning").vectors, ...source.queries(50, "reporting").vectors];
  const ads = Array.from({ length: count }, (_, id) => vectors.subarray(id * 16, id * 16 + 16).join());
  const texts = all.map((vector) => vector.join());
  expect(new Set([...texts, ...ads]).size).toBe(texts.length + count);
});

test("attributes of equal count, seed and name are equal, and no others", () => {
  expect(attribute(100, 1, "first")).toEqual(attribute(100, 1, "first"));
  expect(attribute(100, 1, "first")).not.toEqual(attribute(100, 1, "second"));
  expect(Math.max(...attribute(100, 1, "first"))).toBeLessThan(ATTRIBUTE_VALUES);
});

test("independent filters pass the planned share, and every query has its own", () => {
  const source = new ClusteredSource({ ...SHAPE, count: 40_000 });
  const set = source.vectorSet();
  const queries = source.queries(20, "reporting");
  const filters = filtersOf((random) => independentFilter(random, 0.1), queries, 1, "test");
  expect(new Set(filters.map((filter) => JSON.stringify(filter))).size).toBe(20);
  const shares = filters.map(([one, other]) => {
    const [left, right] = [bitmapOf(one, set), bitmapOf(other, set)];
    let passing = 0;
    let wrong = 0;
    for (let id = 0; id < set.count; id++) {
      const bit = ((left[id >>> 5] as number) & (right[id >>> 5] as number) & (1 << (id & 31))) !== 0;
      wrong += Number(bit !== (holds(one, set, id) && holds(other, set, id)));
      passing += Number(bit);
    }
    expect(wrong).toBe(0);
    return passing / set.count;
  });
  for (const share of shares) expect(share).toBeCloseTo(0.1, 1);
});

test("a bitmap follows the numbering it is given and leaves rows without an ad out", () => {
  const set = new ClusteredSource({ ...SHAPE, count: 4 }).vectorSet();
  const all = { kind: "range", attribute: "first", from: 7, width: ATTRIBUTE_VALUES } as const;
  expect(bitmapOf(all, set, Int32Array.of(3, -1, 0, -1, 2, 1))).toEqual(Int32Array.of(0b110101));
  const groups = { ...set, groups: Uint16Array.of(5, 6, 5, 7) };
  expect(bitmapOf({ kind: "group", group: 5 }, groups)).toEqual(Int32Array.of(0b0101));
  expect(bitmapOf({ kind: "notGroup", group: 5 }, groups, Int32Array.of(3, -1, 0, 1))).toEqual(Int32Array.of(0b1001));
  const wraps = { kind: "range", attribute: "first", from: ATTRIBUTE_VALUES - 1, width: 2 } as const;
  const values = { ...set, first: Uint32Array.of(ATTRIBUTE_VALUES - 1, 0, 1, ATTRIBUTE_VALUES - 2) };
  expect(bitmapOf(wraps, values)).toEqual(Int32Array.of(0b0011));
});
