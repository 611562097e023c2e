import fc from "fast-check";
import { expect, test } from "vitest";
import { sortPairs } from "./sort-pairs.ts";

/** Few scores with both zeros among them, so that ties are the rule, or all floats. */
const score = fc.oneof(
  fc.constantFrom(-0, 0, 1, -1, 2 ** -149, -(2 ** 127)),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
);

test("pairs beyond the first `count` stay, the others are in the order of score and then id, few or many", () => {
  fc.assert(
    fc.property(fc.array(score, { maxLength: 40 }), fc.constantFrom(1, 30, 100), fc.nat(), (values, times, salt) => {
      const scores = Float32Array.from({ length: values.length * times + 1 }, (_, place) =>
        values.length === 0 ? 1 : (values[(place * 7) % values.length] as number),
      );
      const ids = Float64Array.from(scores, (_, place) => ((place + 1) * (2 * salt + 1)) % 9_000_000_000_001);
      const count = scores.length - 1;
      const pairs = Array.from({ length: count }, (_, place) => [scores[place], ids[place]] as [number, number]);
      const last = [scores[count], ids[count]];
      sortPairs(scores, ids, count);
      pairs.sort((left, right) => right[0] - left[0] || left[1] - right[1]);
      // Zeros of both signs are equal, and so is what was found.
      expect(Array.from(scores.subarray(0, count), (found) => found + 0)).toEqual(pairs.map(([found]) => found + 0));
      expect([...ids.subarray(0, count)]).toEqual(pairs.map(([, id]) => id));
      expect([scores[count], ids[count]]).toEqual(last);
    }),
    { numRuns: 200 },
  );
});
