import fc from "fast-check";
import { expect, test } from "vitest";
import { wordsOf } from "./words.ts";

test("words are lower case, without marks, apostrophes and initials, in every script", () => {
  expect(wordsOf("McDonald's Café & J. Crew")).toEqual(["mcdonalds", "cafe", "crew"]);
  expect(wordsOf("麥當勞 McDonald’s")).toEqual(["麥當勞", "mcdonalds"]);
  expect(wordsOf("Сбербанк №1")).toEqual(["сбербанк", "no1"]);
});

test("words of joined words are the words", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const words = wordsOf(text);
      expect(wordsOf(words.join(" "))).toEqual(words);
      expect(words.every((word) => word.length <= 40)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
