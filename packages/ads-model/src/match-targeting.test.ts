import fc from "fast-check";
import { expect, test } from "vitest";
import { countryCode } from "./country.ts";
import { matchesTargeting } from "./match-targeting.ts";
import {
  TARGET_EVERYBODY,
  type TargetingExpression,
  TargetingExpressionSchema,
  type TargetingPredicate,
} from "./targeting.ts";
import { hourOfDay } from "./time-of-day.ts";

const germany: TargetingPredicate = {
  attribute: "country",
  operator: "in",
  values: [countryCode("DE"), countryCode("AT")],
};
const notGambling: TargetingPredicate = { attribute: "interest", operator: "notIn", values: ["brands/leisure/casino"] };

function expression(
  whenMissing: TargetingExpression["whenMissing"],
  ...conjunctions: TargetingPredicate[][]
): TargetingExpression {
  return { whenMissing, conjunctions };
}

test("any conjunction suffices, all its predicates are needed", () => {
  const target = expression(
    "weak",
    [germany, notGambling],
    [{ attribute: "device", operator: "in", values: ["tablet"] }],
  );
  expect(matchesTargeting(target, { country: [countryCode("AT")] })).toBe(true);
  expect(matchesTargeting(target, { country: [countryCode("AT")], interest: ["brands/leisure/casino"] })).toBe(false);
  expect(matchesTargeting(target, { country: [countryCode("FR")], device: ["tablet"] })).toBe(true);
  expect(matchesTargeting(target, { country: [countryCode("FR")] })).toBe(false);
});

test("no conjunction matches nobody, an empty conjunction everybody", () => {
  expect(matchesTargeting(expression("weak"), { country: [countryCode("DE")] })).toBe(false);
  expect(matchesTargeting(TARGET_EVERYBODY, {})).toBe(true);
});

test("a missing attribute fails `in`; it passes `notIn` under the weak rule only, and an empty list is missing too", () => {
  for (const whenMissing of ["weak", "strong"] as const) {
    expect(matchesTargeting(expression(whenMissing, [germany]), {})).toBe(false);
    expect(matchesTargeting(expression(whenMissing, [notGambling]), {})).toBe(whenMissing === "weak");
    expect(matchesTargeting(expression(whenMissing, [notGambling]), { interest: [] })).toBe(whenMissing === "weak");
    expect(matchesTargeting(expression(whenMissing, [notGambling]), { interest: ["brands/amenity/cafe"] })).toBe(true);
  }
});

test("one excluded interest among many is enough to fail `notIn`", () => {
  const assignment = { interest: ["brands/amenity/cafe", "brands/leisure/casino"] };
  expect(matchesTargeting(expression("weak", [notGambling]), assignment)).toBe(false);
});

const hours = fc.uniqueArray(fc.integer({ min: 0, max: 23 }).map(hourOfDay), { minLength: 1, maxLength: 24 });

test("`in` and `notIn` of the same list are opposites for a user with one known value", () => {
  fc.assert(
    fc.property(hours, fc.integer({ min: 0, max: 23 }).map(hourOfDay), (values, hour) => {
      const listed = matchesTargeting(expression("strong", [{ attribute: "hourOfDay", operator: "in", values }]), {
        hourOfDay: [hour],
      });
      const unlisted = matchesTargeting(expression("strong", [{ attribute: "hourOfDay", operator: "notIn", values }]), {
        hourOfDay: [hour],
      });
      expect(listed).toBe(!unlisted);
    }),
  );
});

test("the schema refuses repeated values, repeated predicates and values of another attribute", () => {
  const messages = (value: unknown) =>
    TargetingExpressionSchema.safeParse(value).error?.issues.map(({ message }) => message) ?? [];
  expect(messages(expression("weak", [germany, notGambling]))).toEqual([]);
  expect(messages(expression("weak", [germany, germany]))).toEqual([
    "a conjunction names an attribute once per operator; merge the value lists",
  ]);
  expect(messages(expression("weak", [{ ...germany, values: ["DE", "DE"] } as never]))).toEqual([
    "each value is listed once",
  ]);
  expect(messages(expression("weak", [{ ...germany, attribute: "hourOfDay" } as never]))).toHaveLength(2);
});
