/** Values of slots as JSON: for another version of the code, which loses nothing, and for people. */
import { CandidateBatch, type Column, F64Column, I64Column, IdColumn } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { plainValue } from "./plain-value.ts";
import { valueJson } from "./value-json.ts";

const ids = IdColumn.from([7, 9]);
const score = F64Column.from([0.5, -0]);
const batch = CandidateBatch.of(ids, { score } as Readonly<Record<string, Column>>);

test("plain values keep ids of rows, kinds of numbers, and every difference of values", () => {
  expect(plainValue(batch)).toEqual({ $batch: { ids: [7, 9], columns: { score: [0.5, { $number: "-0" }] } } });
  expect(plainValue({ a: Number.NaN, b: 5n, c: undefined, d: null })).toEqual({
    a: { $number: "NaN" },
    b: { $big: "5" },
    d: null,
  });
  expect(plainValue([score])).toEqual([{ $column: [0.5, { $number: "-0" }] }]);
  expect(plainValue(I64Column.from([2n ** 60n]))).toEqual({ $column: [{ $big: String(2n ** 60n) }] });
});

test("people read a batch as one record per ad, columns as lists, and no tags", () => {
  expect(valueJson({ ads: batch, score })).toEqual({
    ads: [
      { id: 7, score: 0.5 },
      { id: 9, score: -0 },
    ],
    score: [0.5, -0],
  });
  expect(valueJson({ a: Number.POSITIVE_INFINITY, b: 5n, list: [1, "x", null] })).toEqual({
    a: null,
    b: "5",
    list: [1, "x", null],
  });
  expect(valueJson(I64Column.from([3n]))).toEqual(["3"]);
});
