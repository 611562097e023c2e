import { expect, test } from "vitest";
import type { Measured } from "./rounds.ts";
import { sweepRatio, worstRegret } from "./rows.ts";

function measured(contender: string, point: string, micros: number, reached = true): Measured {
  return {
    contender,
    point,
    selectivity: 0.1,
    tuned: { setting: 1, recall: reached ? 1 : 0.5, reached, msPerQuery: 1 },
    recall: { mean: 1, worst: 1, p1: 1 },
    p50Micros: 1,
    p50LeastMicros: micros,
    longestMicros: 1,
    cpuMicros: micros,
    queries: 1,
    rounds: 1,
  };
}

test("a sweep weighs points by their time, and only those both contenders have", () => {
  const all = [
    measured("slow", "a", 900),
    measured("slow", "b", 100),
    measured("fast", "a", 10),
    measured("fast", "b", 30),
    measured("fast", "c", 1_000),
  ];
  expect(sweepRatio(all, "slow", "fast")).toBe(25);
});

test("regret is that of the worst point, against the best method there that reaches the recall", () => {
  const all = [
    measured("planner", "a", 10),
    measured("one", "a", 20),
    measured("other", "a", 10),
    measured("planner", "b", 30),
    measured("one", "b", 20),
    measured("other", "b", 5, false),
  ];
  expect(worstRegret(all, "planner", ["one", "other"])).toBe(1.5);
});
