import fc from "fast-check";
import { expect, inject, test } from "vitest";
import { propertySeedOf } from "./seed-reporter.ts";

test("properties draw from one fixed seed unless another one is asked for", () => {
  expect(propertySeedOf(undefined)).toBe(propertySeedOf(undefined));
  expect(propertySeedOf("7")).toBe(7);
  expect(propertySeedOf("-7")).toBe(-7);
  expect(propertySeedOf("random")).not.toBe(propertySeedOf("random"));
});

test("a seed that is no number is refused by name", () => {
  for (const asked of ["", " ", "x", "1.5", "1e400"])
    expect(() => propertySeedOf(asked)).toThrow(/TENON_PROPERTY_SEED/);
});

test("the seed of the run reaches every property", () => {
  expect(fc.readConfigureGlobal().seed).toBe(inject("propertySeed"));
});
