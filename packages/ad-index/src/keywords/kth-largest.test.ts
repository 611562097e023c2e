import fc from "fast-check";
import { expect, test } from "vitest";
import { kthLargest } from "./kth-largest.ts";

test("the kth largest is that of the sorted values, however many are equal, and values behind the count stay out", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 60 }), fc.nat(), (given, place) => {
      const kth = 1 + (place % given.length);
      const values = Float64Array.from([...given, 99, 99]);
      expect(kthLargest(values, given.length, kth)).toBe(given.toSorted((left, right) => right - left)[kth - 1]);
      expect([...values].sort()).toEqual([...given, 99, 99].map(Number).sort());
    }),
  );
});
