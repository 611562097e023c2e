import { IdColumn } from "@tenon/graph-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rankRows, topRows } from "./rank-rows.ts";

/** Few scores, so that ties are common, and distinct ids in any order. */
const rows = fc.uniqueArray(
  fc.record({ id: fc.integer({ min: 1, max: 60 }), score: fc.integer({ min: -3, max: 3 }) }),
  {
    selector: ({ id }) => id,
  },
);
type Rows = readonly { readonly id: number; readonly score: number }[];

const columns = (given: Rows) => ({
  scores: given.map(({ score }) => score),
  ids: IdColumn.from(given.map(({ id }) => id)),
});
const ranked = (given: Rows) =>
  given.toSorted((left, right) => right.score - left.score || left.id - right.id).map(({ id }) => id);

test("rows are ranked by score, then id", () => {
  fc.assert(
    fc.property(rows, (given) => {
      expect(Array.from(rankRows(columns(given)), (row) => given[row]?.id)).toEqual(ranked(given));
    }),
  );
});

test("the top rows are the first of the ranked rows, and their least score is that of the last of them", () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 70 }), (given, count) => {
      const { isTop, leastScore } = topRows(columns(given), count);
      const top = ranked(given).slice(0, count);
      expect(
        given
          .filter((_, row) => isTop[row] === 1)
          .map(({ id }) => id)
          .sort(),
      ).toEqual(top.toSorted());
      expect(leastScore).toBe(given.find(({ id }) => id === top.at(-1))?.score);
    }),
    { numRuns: 500 },
  );
});
