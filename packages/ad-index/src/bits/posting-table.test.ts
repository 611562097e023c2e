import fc from "fast-check";
import { expect, test } from "vitest";
import { SectionReader } from "../files/section-reader.ts";
import { fullBitset, hasBit, setBit, wordsFor } from "./bitset.ts";
import { intersectSets } from "./combine.ts";
import { ListBuilder, listOf } from "./list-builder.ts";
import { PostingTable } from "./posting-table.ts";

const SIZE = 400;
const members = fc.uniqueArray(fc.nat(SIZE - 1), { maxLength: 60 });

function bitsOf(values: readonly number[]): Int32Array {
  const bits = new Int32Array(wordsFor(SIZE));
  for (const value of values) setBit(bits, value);
  return bits;
}

function valuesOf(bits: Int32Array): readonly number[] {
  return Array.from({ length: SIZE }, (_, value) => value).filter((value) => hasBit(bits, value));
}

/** The sets as a table; `dense` says by number which are words. */
function tableOf(sets: readonly (readonly number[])[], dense: (set: number) => boolean): PostingTable {
  const lists = new ListBuilder();
  for (const [set, values] of sets.entries()) for (const value of values) lists.add(set, value);
  return PostingTable.of(
    lists.lists(sets.length),
    new Map(sets.flatMap((values, set) => (dense(set) ? [[set, bitsOf(values)]] : []))),
  );
}

test("union and difference are those of sets, whether sparse or dense, also after storing", () => {
  fc.assert(
    fc.property(
      members,
      fc.array(members, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      (left, sets, evenAreDense) => {
        const table = tableOf(sets, (set) => (set % 2 === 0) === evenAreDense);
        const size = { sets: sets.length, wordCount: wordsFor(SIZE) };
        const loaded = PostingTable.fromSections(new SectionReader(table.toSections("part"), "part"), size);
        for (const [set, values] of sets.entries()) {
          for (const form of [table, loaded]) {
            const [united, less] = [bitsOf(left), bitsOf(left)];
            form.uniteInto(united, set);
            form.subtractFrom(less, set);
            expect(valuesOf(united)).toEqual(ascending(new Set(left).union(new Set(values))));
            expect(valuesOf(less)).toEqual(ascending(new Set(left).difference(new Set(values))));
          }
          expect(table.wordsOf(set) !== undefined).toBe((set % 2 === 0) === evenAreDense);
        }
      },
    ),
  );
});

test("the intersection of one to ten sets is that of sets", () => {
  fc.assert(
    // Sets of most rows: ten small ones would have nothing in common.
    fc.property(fc.array(members, { minLength: 1, maxLength: 10 }), (gaps) => {
      const target = bitsOf([]);
      const sets = gaps.map((gone) => bitsOf(valuesOf(fullBitset(SIZE)).filter((value) => !gone.includes(value))));
      intersectSets(target, sets);
      const all = new Set(valuesOf(fullBitset(SIZE)));
      expect(valuesOf(target)).toEqual(ascending(all.difference(new Set(gaps.flat()))));
    }),
  );
});

test("lists hold their members in the order of adding, keys in any order", () => {
  const pairs = fc.array(fc.tuple(fc.nat(4), fc.nat(99)), { maxLength: 200 });
  fc.assert(
    fc.property(pairs, (given) => {
      const builder = new ListBuilder();
      for (const [key, member] of given) builder.add(key, member);
      const lists = builder.lists(6);
      for (let key = 0; key < 6; key++) {
        expect([...listOf(lists, key)]).toEqual(given.filter(([of]) => of === key).map(([, member]) => member));
      }
    }),
  );
});

function ascending(values: Iterable<number>): readonly number[] {
  return [...values].toSorted((first, second) => first - second);
}
