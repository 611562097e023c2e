import { expect, test } from "vitest";
import { LIGHT_FEATURES, RANK_FEATURES } from "./features.ts";
import {
  CATEGORY_BUCKET_WORDS,
  categoryBucketCode,
  categoryKindCode,
  DAY_PART_WORDS,
  dayPartCode,
} from "./vocabulary.ts";

test("a feature of one name is declared alike in both schemas", () => {
  for (const feature of LIGHT_FEATURES.features) expect(RANK_FEATURES.declaration(feature.name)).toEqual(feature);
});

test("an absent value is missing: no feature is filled with a number that a measurement could have given", () => {
  for (const { name, nullPolicy } of RANK_FEATURES.features) expect([name, nullPolicy]).toEqual([name, "missing"]);
});

test("every hour lies in one part of the day, in order", () => {
  const parts = Array.from({ length: 24 }, (_, hour) => DAY_PART_WORDS.words[dayPartCode(hour)]);
  expect([parts[0], parts[5], parts[6], parts[13], parts[14], parts[21], parts[22]]).toEqual([
    "night",
    "night",
    "morning",
    "midday",
    "afternoon",
    "evening",
    "late",
  ]);
  expect([...new Set(parts)]).toEqual([...DAY_PART_WORDS.words]);
});

test("a category keeps its bucket for ever, and buckets fill evenly", () => {
  // Models hold these codes: a change of the hash makes every trained model wrong.
  expect(categoryBucketCode("brands/shop/shoes")).toBe(207);
  const buckets = CATEGORY_BUCKET_WORDS.words.length;
  const counts = new Array(buckets).fill(0);
  for (let each = 0; each < 100 * buckets; each++) counts[categoryBucketCode(`brands/shop/kind-${each}`)]++;
  expect(Math.min(...counts)).toBeGreaterThan(50);
  expect(Math.max(...counts)).toBeLessThan(150);
});

test("a kind that is not listed is other", () => {
  expect(categoryKindCode("brands/volcano/lava")).toBe(0);
  expect(categoryKindCode("unheard-of")).toBe(0);
  expect(categoryKindCode("brands/shop/shoes")).toBeGreaterThan(0);
});
