import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidValueError } from "./invalid-value-error.ts";
import { micros } from "./money.ts";
import {
  addMicros,
  compareMicros,
  formatMicros,
  maxMicros,
  minMicros,
  multiplyMicros,
  subtractMicros,
  sumMicros,
} from "./money-arithmetic.ts";

const amounts = fc.integer({ min: -1e15, max: 1e15 }).map(micros);

test("a sum does not depend on the order of its parts", () => {
  fc.assert(
    fc.property(fc.array(amounts, { maxLength: 8 }), (parts) => {
      expect(sumMicros(parts.toReversed())).toBe(sumMicros(parts));
    }),
  );
});

test("subtracting undoes adding", () => {
  fc.assert(
    fc.property(amounts, amounts, (left, right) => {
      expect(subtractMicros(addMicros(left, right), right)).toBe(left);
    }),
  );
});

test("adding past the safe integers throws instead of losing a micro", () => {
  expect(() => addMicros(micros(Number.MAX_SAFE_INTEGER), micros(1))).toThrow(InvalidValueError);
});

test("a share of an amount is never more than half a micro off and never more than the amount", () => {
  const shares = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e15 }).map(micros), shares, (amount, share) => {
      const part = multiplyMicros(amount, share);
      expect(Math.abs(part - amount * share)).toBeLessThanOrEqual(0.5);
      expect(part).toBeLessThanOrEqual(amount);
    }),
  );
});

test.each([Number.NaN, -0.1, Number.POSITIVE_INFINITY])("ratio %s is refused", (ratio) => {
  expect(() => multiplyMicros(micros(1), ratio)).toThrow("Ratio of money expects a finite number, 0 or more");
});

test("smaller and larger agree with the order", () => {
  fc.assert(
    fc.property(amounts, amounts, (left, right) => {
      expect(compareMicros(minMicros(left, right), maxMicros(left, right))).toBeLessThanOrEqual(0);
      expect(minMicros(left, right) + maxMicros(left, right)).toBe(left + right);
    }),
  );
});

test("the written form is exact and keeps at least cents", () => {
  expect([1_250_000, 0, -1, 2_000_000, 1_000_100, 10].map((amount) => formatMicros(micros(amount)))).toEqual([
    "$1.25",
    "$0.00",
    "-$0.000001",
    "$2.00",
    "$1.0001",
    "$0.00001",
  ]);
  fc.assert(
    fc.property(amounts, (amount) => {
      const [whole = "", decimals = ""] = formatMicros(amount).replace("$", "").split(".");
      expect(BigInt(whole.replace("-", "") + decimals.padEnd(6, "0"))).toBe(BigInt(Math.abs(amount)));
    }),
  );
});
