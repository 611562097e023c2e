import fc from "fast-check";
import { expect, test } from "vitest";
import { wordsOf } from "./words.ts";

test("words are lower case, without marks and apostrophes, in order, repeats kept", () => {
  expect(wordsOf("McDonald's Café: the CAFÉ, the café!")).toEqual(["mcdonalds", "cafe", "the", "cafe", "the", "cafe"]);
  expect(wordsOf("7-Eleven B&B x 24")).toEqual(["eleven", "24"]);
  expect(wordsOf("すき家 漢 Ж é")).toEqual(["すき家", "漢", "ж"]);
  expect(wordsOf("")).toEqual([]);
  expect(wordsOf(`${"a".repeat(40)} ${"b".repeat(41)}`)).toEqual(["a".repeat(40)]);
});

test("the short way for ASCII gives what the long way gives", () => {
  const texts = fc.string({ unit: fc.constantFrom(..."aZ09 _-.'\n\0~") });
  fc.assert(
    // The ideograph sends the whole text the long way, and is one word more.
    fc.property(texts, (text) => {
      expect([...wordsOf(text), "漢"]).toEqual(wordsOf(`${text} 漢`));
    }),
    { numRuns: 500 },
  );
});

test("splitting again changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const words = wordsOf(text);
      expect(wordsOf(words.join(" "))).toEqual(words);
    }),
    { numRuns: 500 },
  );
});
