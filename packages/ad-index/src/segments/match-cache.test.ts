import { countryCode } from "@tenon/ads-model";
import { expect, test } from "vitest";
import type { AdFilter } from "../api.ts";
import type { MatchSet } from "./match.ts";
import { MATCH_SETS_MAX, MatchCache } from "./match-cache.ts";

function counting() {
  const cache = new MatchCache();
  const matched: AdFilter[] = [];
  const get = (filter: AdFilter) =>
    cache.get(filter, (missed) => {
      matched.push(missed);
      return { segments: [], evidence: { targeted: matched.length } } as unknown as MatchSet;
    });
  return { get, matched };
}

test("equal filters are matched once, also as different objects; filters that differ anywhere are not mixed up", () => {
  const { get, matched } = counting();
  const filter = (atMs: number, ...codes: string[]): AdFilter => ({
    targeting: { country: codes.map(countryCode) },
    atMs,
  });
  expect(get(filter(1, "DE"))).toBe(get(filter(1, "DE")));
  for (const other of [filter(2, "DE"), filter(1, "DE", "AT"), filter(1), { targeting: {}, atMs: 1 }]) get(other);
  expect(matched).toHaveLength(5);
});

test("the cache is bounded: the oldest filter is matched again after that many others", () => {
  const { get, matched } = counting();
  for (let atMs = 0; atMs <= MATCH_SETS_MAX; atMs++) get({ targeting: {}, atMs });
  get({ targeting: {}, atMs: 1 });
  expect(matched).toHaveLength(MATCH_SETS_MAX + 1);
  get({ targeting: {}, atMs: 0 });
  expect(matched).toHaveLength(MATCH_SETS_MAX + 2);
});
