import { expect, test } from "vitest";
import { GOALS, judge, type PartName, partMissing, partOf } from "./goals.ts";

const AT_LEAST = { id: "one", what: "a ratio", bar: 50, side: "atLeast" } as const;
const AT_MOST = { id: "two", what: "a time, ms", bar: 2, side: "atMost" } as const;

test("a value on the bar is reached, one beyond it is missed", () => {
  expect(judge(AT_LEAST, 50)).toMatchObject({ value: 50, goal: ">= 50", ok: true });
  expect(judge(AT_LEAST, 49.9)).toMatchObject({ value: 49.9, ok: false });
  expect(judge(AT_MOST, 2)).toMatchObject({ goal: "<= 2", ok: true });
  expect(judge(AT_MOST, 2.001)).toMatchObject({ ok: false });
});

test("a goal without a value is not reached, and says why", () => {
  expect(judge(AT_LEAST, { missing: "no JDK" })).toEqual({
    id: "one",
    what: "a ratio",
    value: null,
    goal: ">= 50",
    ok: false,
    why: "no JDK",
  });
});

test("a value that was measured otherwise says so", () => {
  expect(judge(AT_LEAST, { value: 60, measured: "measured at 20000 ads" })).toMatchObject({
    what: "a ratio; measured at 20000 ads",
    ok: true,
  });
});

test("a part names all of its goals, also those it gave no value for", () => {
  const { goals } = partOf("targeting", { "targeting.rate": 9_000 }, []);
  expect(goals.map(({ id, ok }) => [id, ok])).toEqual([
    ["targeting.rate", true],
    ["targeting.brute", false],
    ["targeting.mismatches", false],
  ]);
  expect(goals[1]?.why).toContain("gave no value");
});

test("a part that failed lists every goal with the reason", () => {
  for (const name of Object.keys(GOALS) as PartName[]) {
    const { goals, rows } = partMissing(name, "it took too long");
    expect(goals.map(({ id }) => id)).toEqual(GOALS[name].map(({ id }) => id));
    for (const goal of goals) expect(goal).toMatchObject({ value: null, ok: false, why: "it took too long" });
    expect(rows).toEqual([{ part: name, unavailable: "it took too long" }]);
  }
});

test("no two goals share an id", () => {
  const ids = Object.values(GOALS).flatMap((plans) => plans.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
});
