import { expect, test } from "vitest";
import type { FieldRule } from "../versions/protocol.ts";
import { fieldDiffs, sameUnderRules } from "./field-diffs.ts";

const pair = (base: unknown, head: unknown, requestId = "r1") => ({ requestId, base, head });
const batch = (ids: readonly number[], columns: Readonly<Record<string, readonly unknown[]>>) => ({
  $batch: { ids, columns },
});

test("rows of a batch are compared by id, so another order changes the order alone", () => {
  const diffs = fieldDiffs("ads", [pair(batch([1, 2], { score: [0.5, 0.7] }), batch([2, 1], { score: [0.7, 0.5] }))]);
  expect(diffs.map(({ path }) => path)).toEqual(["#order"]);
});

test("a row that came and one that went are told apart from a value that changed", () => {
  const [first] = fieldDiffs("ads", [pair(batch([1, 2], { score: [1, 2] }), batch([2, 3], { score: [5, 9] }))]).filter(
    ({ path }) => path === "score",
  );
  expect(first).toMatchObject({ cellsCompared: 1, cellsChanged: 1, cellsOnlyInBase: 1, cellsOnlyInHead: 1 });
  expect(first).toMatchObject({ absoluteErrorMax: 3, relativeErrorMax: 0.6, type: "number" });
});

test("without a rule the last bit counts; with one it is compared within it", () => {
  const [base, head] = [{ price: 0.1 + 0.2 }, { price: 0.3 }];
  expect(sameUnderRules(base, head, [])).toBe(false);
  const within = (rule: Omit<FieldRule, "path">) => sameUnderRules(base, head, [{ path: "price", ...rule }]);
  expect(within({ tolerance: { ulp: 1 } })).toBe(true);
  expect(within({ tolerance: { ulp: 0 } })).toBe(false);
  expect(within({ tolerance: { relative: 1e-15 } })).toBe(true);
  expect(within({ tolerance: { relative: 1e-17 } })).toBe(false);
});

test("steps are counted across zero, and never between numbers and what is none", () => {
  const rule = { path: "x", tolerance: { ulp: 2 } };
  expect(sameUnderRules({ x: Number.MIN_VALUE }, { x: -Number.MIN_VALUE }, [rule])).toBe(true);
  expect(sameUnderRules({ x: { $number: "NaN" } }, { x: 0 }, [rule])).toBe(false);
  expect(sameUnderRules({ x: { $number: "NaN" } }, { x: { $number: "NaN" } }, [])).toBe(true);
  expect(sameUnderRules({ x: "1" }, { x: 1 }, [rule])).toBe(false);
});

test("a list that is declared a set may change its order, another one may not", () => {
  const [base, head] = [{ tags: ["a", "b"] }, { tags: ["b", "a"] }];
  expect(sameUnderRules(base, head, [])).toBe(false);
  expect(sameUnderRules(base, head, [{ path: "tags", unordered: true }])).toBe(true);
  expect(sameUnderRules(base, { tags: ["b", "c"] }, [{ path: "tags", unordered: true }])).toBe(false);
});

test("a renamed field is one that went and one that came", () => {
  const diffs = fieldDiffs("price", [pair({ setterAdId: 4 }, { setterId: 4 })]);
  expect(diffs.map(({ path, cellsOnlyInBase, cellsOnlyInHead }) => [path, cellsOnlyInBase, cellsOnlyInHead])).toEqual([
    ["setterAdId", 1, 0],
    ["setterId", 0, 1],
  ]);
});

test("the smallest runs are the examples, one of each, at most three", () => {
  const pairs = [9, 3, 7, 5].map((size) => {
    const ids = Array.from({ length: size }, (_, at) => at + 1);
    return pair(batch(ids, { score: ids }), batch(ids, { score: ids.map((id) => id + 1) }), `size ${size}`);
  });
  const [score] = fieldDiffs("ads", pairs);
  expect(score?.examples.map(({ requestId }) => requestId)).toEqual(["size 3", "size 5", "size 7"]);
  expect(score).toMatchObject({ entriesChanged: 4, entriesCompared: 4 });
});

test("nulls and shifts of the distribution are measured", () => {
  const values = Array.from({ length: 100 }, (_, at) => at);
  const [diff] = fieldDiffs("f", [
    pair({ $column: values }, { $column: values.map((value) => (value < 50 ? null : value + 50)) }),
  ]);
  expect(diff).toMatchObject({ nullRateBase: 0, nullRateHead: 0.5 });
  expect(diff?.ks).toBeGreaterThan(0.9);
  expect(diff?.psi).toBeGreaterThan(0.25);
});

test("rows are ids of ads in a batch and in a list of ads, and places everywhere else", () => {
  const rowsAre = (base: unknown, head: unknown) =>
    fieldDiffs("s", [pair(base, head)]).map((each) => [each.path, each.rowsAre]);
  expect(rowsAre(batch([7], { score: [1] }), batch([7], { score: [2] }))).toEqual([["score", "ads"]]);
  const positions = (title: string) => ({ positions: [{ adId: 7, title, terms: { p: title } }] });
  expect(rowsAre(positions("a"), positions("b"))).toEqual([
    ["positions[].terms.p", "ads"],
    ["positions[].title", "ads"],
  ]);
  expect(rowsAre({ $column: [1, 2] }, { $column: [1, 3] })).toEqual([["", "places"]]);
  expect(rowsAre({ words: ["a"] }, { words: ["b"] })).toEqual([["words[]", "places"]]);
  expect(rowsAre([{ name: "a", x: 1 }], [{ name: "a", x: 2 }])).toEqual([["[].x", "places"]]);
});
