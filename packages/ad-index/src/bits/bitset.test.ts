import fc from "fast-check";
import { expect, test } from "vitest";
import { clearBit, countBits, fullBitset, hasBit, lowestBit, onesOf, setBit, wordsFor } from "./bitset.ts";

const words = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

test("ones and the lowest one of any word are those of its binary digits", () => {
  fc.assert(
    fc.property(words, (word) => {
      const digits = (word >>> 0).toString(2);
      expect(onesOf(word)).toBe(digits.split("1").length - 1);
      if (word !== 0) expect(lowestBit(word)).toBe(digits.length - 1 - digits.lastIndexOf("1"));
    }),
  );
});

test("a full set holds exactly its size, at every border of a word", () => {
  for (const size of [0, 1, 31, 32, 33, 63, 64, 65]) {
    const bits = fullBitset(size);
    expect(bits).toHaveLength(wordsFor(size));
    expect(countBits(bits)).toBe(size);
  }
});

test("a set bit is there, a cleared one is not, and no other changes", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(99)), fc.nat(99), (members, gone) => {
      const bits = new Int32Array(wordsFor(100));
      for (const member of members) setBit(bits, member);
      clearBit(bits, gone);
      const held = Array.from({ length: 100 }, (_, index) => index).filter((index) => hasBit(bits, index));
      expect(held).toEqual(members.filter((member) => member !== gone).toSorted((left, right) => left - right));
    }),
  );
});
