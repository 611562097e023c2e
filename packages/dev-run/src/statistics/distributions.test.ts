import { expect, test } from "vitest";
import { ksStatistic, populationStability, stabilityOfShares } from "./distributions.ts";

test("the KS statistic of the two samples in Hollander and Wolfe's table 5.4 is 0.6", () => {
  // Nonparametric Statistical Methods (1973): J = (mn/d) D = 6 with m = n = 10, so D = 6/10.
  const x = [-0.15, 8.6, 5.0, 3.71, 4.29, 7.74, 2.48, 3.25, -1.15, 8.38];
  const y = [2.55, 12.07, 0.46, 0.35, 2.69, -0.94, 1.73, 0.73, -0.35, -0.37];
  expect(ksStatistic(x, y)).toBeCloseTo(0.6, 12);
});

test("the KS statistic is 0 for one sample, 1 for samples apart, and sees ties", () => {
  expect(ksStatistic([1, 2, 3], [3, 2, 1])).toBe(0);
  expect(ksStatistic([1, 2], [3, 4, 5])).toBe(1);
  expect(ksStatistic([1, 1, 1, 2], [1, 2, 2, 2])).toBeCloseTo(0.5, 12);
});

test("the stability index of shares is the sum of (h - b) ln(h / b)", () => {
  // By hand: 0.1 ln 2 + (-0.1) ln 0.8.
  expect(stabilityOfShares([0.1, 0.5, 0.4], [0.2, 0.4, 0.4])).toBeCloseTo(0.1 * Math.log(2) - 0.1 * Math.log(0.8), 12);
  expect(stabilityOfShares([1, 0], [0, 1])).toBeGreaterThan(10);
});

test("the stability index of a sample with itself is 0, of a shifted one above 0.25", () => {
  const base = Array.from({ length: 1_000 }, (_, at) => at);
  expect(populationStability(base, base.toReversed())).toBe(0);
  expect(
    populationStability(
      base,
      base.map((value) => value + 500),
    ),
  ).toBeGreaterThan(0.25);
});
