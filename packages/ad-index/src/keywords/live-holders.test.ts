import fc from "fast-check";
import { expect, test } from "vitest";
import { clearBit, fullBitset } from "../bits/bitset.ts";
import { buildKeywordIndex } from "./keyword-builder.ts";
import { UNKNOWN_WORD } from "./keyword-index.ts";
import { LiveHolders } from "./live-holders.ts";

const WORDS = ["aa", "bb", "cc"];
const rows = fc.array(fc.option(fc.subarray(WORDS), { nil: undefined, freq: 6 }), { maxLength: 120 });

test("holders are counted over live rows, whether few or most are dead, and asked twice", () => {
  fc.assert(
    fc.property(rows, fc.array(fc.nat(119)), (held, gone) => {
      const keywords = buildKeywordIndex(held.map((words) => words && texts(words.join(" "))));
      const live = fullBitset(held.length);
      for (const [row, words] of held.entries()) if (words === undefined || gone.includes(row)) clearBit(live, row);
      const holders = new LiveHolders(keywords, live);
      for (const word of [...WORDS, ...WORDS]) {
        expect(holders.of(keywords.numberOf(word))).toBe(
          held.filter((words, row) => words?.includes(word) && !gone.includes(row)).length,
        );
      }
      expect(holders.of(UNKNOWN_WORD)).toBe(0);
    }),
  );
});

function texts(body: string) {
  return { title: "", body, brand: "", category: "", keywords: [] };
}
