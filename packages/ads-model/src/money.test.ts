import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidValueError } from "./invalid-value-error.ts";
import {
  bidMicros,
  cpmMicros,
  dollars,
  dollarsFromMicros,
  ecpmMicros,
  micros,
  microsFromDollars,
  roundMicros,
} from "./money.ts";

/** Amounts up to a billion dollars: a thousand times the largest budget, and products with ratios stay exact enough to compare. */
const AMOUNT_MAX = 1e15;
const amounts = fc.integer({ min: -AMOUNT_MAX, max: AMOUNT_MAX });

test("ties round to the even micro, so a sum of ties does not drift", () => {
  expect([0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5].map(roundMicros)).toEqual([0, 2, 2, 4, 0, -2, -2]);
  let drift = 0;
  for (let whole = 0; whole < 1_000; whole++) drift += roundMicros(whole + 0.5) - (whole + 0.5);
  expect(drift).toBe(0);
});

test("rounding is nearest, idempotent, odd and monotone", () => {
  const values = fc.double({ min: -AMOUNT_MAX, max: AMOUNT_MAX, noNaN: true });
  fc.assert(
    fc.property(values, values, (left, right) => {
      const rounded = roundMicros(left);
      expect(Math.abs(rounded - left)).toBeLessThanOrEqual(0.5);
      expect(roundMicros(rounded)).toBe(rounded);
      expect(roundMicros(-left) + rounded).toBe(0);
      if (left <= right) expect(rounded).toBeLessThanOrEqual(roundMicros(right));
    }),
  );
});

test("zero has one form, since -0 and 0 would have two digests", () => {
  expect(Object.is(micros(-0), 0)).toBe(true);
  expect(Object.is(roundMicros(-0.2), 0)).toBe(true);
});

test("a constructor refuses fractions, infinities, NaN, unsafe integers and, for offers, negatives", () => {
  for (const make of [micros, bidMicros, cpmMicros, ecpmMicros]) {
    for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(() => make(bad)).toThrow(InvalidValueError);
  }
  for (const make of [bidMicros, cpmMicros, ecpmMicros]) expect(() => make(-1)).toThrow(InvalidValueError);
  expect(micros(-1)).toBe(-1);
});

test("the message names the noun, what it expects, what it got and what to do", () => {
  expect(() => bidMicros(1.5)).toThrow(
    "BidMicros expects a safe integer of micros, 0 or more, found number 1.5; convert dollars with microsFromDollars, fractions with roundMicros",
  );
});

test("micros survive the way through dollars", () => {
  fc.assert(
    fc.property(amounts, (amount) => {
      expect(microsFromDollars(dollarsFromMicros(micros(amount)))).toBe(amount);
    }),
  );
});

test("dollars are finite", () => {
  expect(() => dollars(Number.NaN)).toThrow(InvalidValueError);
});
