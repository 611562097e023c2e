import type { WriteSet } from "@tenon/storage-repo/api";
import { expect, test } from "vitest";
import { mergeWriteSets } from "./merge-write-sets.ts";

const bid = (key: number, version: bigint, bidMicros: number): WriteSet => ({
  ad_group: { groups: { bid: [{ key, version, columns: { bidMicros } }] } },
});

test("of several writes of one group and key the newest stays, whatever their order", () => {
  const writes = [bid(1, 3n, 30), bid(1, 5n, 50), bid(2, 1n, 10), bid(1, 4n, 40)];
  const expected = [
    { key: 1, version: 5n, columns: { bidMicros: 50 } },
    { key: 2, version: 1n, columns: { bidMicros: 10 } },
  ];
  expect(mergeWriteSets(writes)["ad_group"]?.groups?.["bid"]).toEqual(expected);
  const turned = mergeWriteSets(writes.toReversed())["ad_group"]?.groups?.["bid"];
  expect(turned?.toSorted((one, other) => Number(one.key) - Number(other.key))).toEqual(expected);
});

test("groups, entities, deletes and restores do not meet", () => {
  const merged = mergeWriteSets([
    bid(1, 3n, 30),
    { ad_group: { deletes: [{ key: 1, version: 4n }] }, ad: { restores: [{ key: 1, version: 9n }] } },
    { ad_group: { deletes: [{ key: 1, version: 2n }], groups: { targeting: [{ key: 1, version: 1n, columns: {} }] } } },
  ]);
  expect(merged).toEqual({
    ad_group: {
      groups: {
        bid: [{ key: 1, version: 3n, columns: { bidMicros: 30 } }],
        targeting: [{ key: 1, version: 1n, columns: {} }],
      },
      deletes: [{ key: 1, version: 4n }],
      restores: [],
    },
    ad: { groups: {}, deletes: [], restores: [{ key: 1, version: 9n }] },
  });
});

test("nothing of nothing", () => {
  expect(mergeWriteSets([])).toEqual({});
});
