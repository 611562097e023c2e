import { expect, test } from "vitest";
import { benjaminiHochberg, mcNemar, pairedBootstrap, rateBelow } from "./paired.ts";

test("McNemar's exact test is the two-sided sign test of the pairs that differ", () => {
  // R: binom.test(6, 16)$p.value = 0.4544983, binom.test(2, 12)$p.value = 0.03857422
  expect(mcNemar(6, 10)).toBeCloseTo(0.4544983, 6);
  expect(mcNemar(10, 2)).toBeCloseTo(0.03857422, 7);
  expect(mcNemar(0, 0)).toBe(1);
  expect(mcNemar(5, 5)).toBe(1);
});

test("beyond a thousand pairs the corrected chi-square form agrees with the normal tail", () => {
  // (|1100 - 1000| - 1)^2 / 2100 = 4.667143, upper tail of chi-square(1): 0.030747
  expect(mcNemar(1_100, 1_000)).toBeCloseTo(0.030747, 4);
});

test("Benjamini and Hochberg's example rejects the first four of fifteen at 0.05", () => {
  // Table of their paper of 1995, section 4.1.
  const p = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1.0,
  ];
  const adjusted = benjaminiHochberg(p);
  expect(adjusted.filter((q) => q <= 0.05)).toHaveLength(4);
  expect(adjusted[3]).toBeCloseTo(0.035625, 9);
  expect(adjusted[14]).toBe(1);
});

test("adjusted p-values keep the order in which they were given", () => {
  expect(benjaminiHochberg([0.04, 0.01])).toEqual([0.04, 0.02]);
});

test("the bootstrap repeats with its seed and holds the mean of a clear difference", () => {
  const differences = Array.from({ length: 200 }, (_, at) => 1 + Math.sin(at));
  const interval = pairedBootstrap(differences, 7);
  expect(pairedBootstrap(differences, 7)).toEqual(interval);
  expect(interval.low).toBeGreaterThan(0.8);
  expect(interval.high).toBeLessThan(1.2);
  expect(interval.low).toBeLessThan(interval.mean);
  expect(interval.p).toBeLessThan(0.01);
});

test("the bootstrap's interval has about the width of the normal one", () => {
  // Standard error of the mean of 400 values of ±1 is 0.05: 95 % lie within 0.098.
  const differences = Array.from({ length: 400 }, (_, at) => (at % 2 === 0 ? 1 : -1));
  const { low, high } = pairedBootstrap(differences, 11);
  expect(high - low).toBeGreaterThan(0.17);
  expect(high - low).toBeLessThan(0.22);
});

test("no case among n trials leaves a rate of 3/n possible", () => {
  // Hanley and Lippman-Hand: 0 of 1167 leaves at most about 0.26 %.
  expect(rateBelow(1_167)).toBeCloseTo(0.00257, 5);
  expect(rateBelow(0)).toBe(1);
});

test("an adjusted value is never above that of a larger one: the step-up part of Benjamini and Hochberg", () => {
  // 0.01 × 3 / 1 and 0.02 × 3 / 2 are both 0.03; the largest, 0.021 × 3 / 3, bounds them.
  expect(benjaminiHochberg([0.01, 0.021, 0.02])).toEqual([0.021, 0.021, 0.021].map((each) => expect.closeTo(each, 12)));
});
