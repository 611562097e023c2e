import fc from "fast-check";
import { expect, test } from "vitest";
import { hasBit, setBit, wordsFor } from "./bitset.ts";
import { intersect, postingSet, subtract, unite } from "./posting-set.ts";

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

test("union, difference and intersection are those of sets, for sparse and for dense postings", () => {
  const forms = new Set<boolean>();
  fc.assert(
    fc.property(members, members, (left, right) => {
      const set = postingSet(right, SIZE);
      forms.add(set.words === undefined);
      const [united, less, common] = [bitsOf(left), bitsOf(left), bitsOf(left)];
      unite(united, set);
      subtract(less, set);
      intersect(common, bitsOf(right));
      const [here, there] = [new Set(left), new Set(right)];
      const sorted = (values: Iterable<number>) => [...values].toSorted((first, second) => first - second);
      expect(valuesOf(united)).toEqual(sorted(here.union(there)));
      expect(valuesOf(less)).toEqual(sorted(here.difference(there)));
      expect(valuesOf(common)).toEqual(sorted(here.intersection(there)));
    }),
    // Small sets are sparse and come up first; the run must reach both forms.
    { numRuns: 300 },
  );
  expect(forms.size).toBe(2);
});
