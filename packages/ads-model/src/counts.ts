/**
 * Counters of ad events. An insertion (the ad was put into a response), an impression (the user saw it) and a click are three
 * different events: a cap that counts one and reads another is wrong by a factor of two and looks plausible.
 */
import { z } from "zod";
import { type Brand, brandedSchema } from "./brand.ts";
import { InvalidValueError } from "./invalid-value-error.ts";

export type InsertionCount = Brand<number, "InsertionCount">;
export type ImpressionCount = Brand<number, "ImpressionCount">;
export type ClickCount = Brand<number, "ClickCount">;
export type AnyCount = InsertionCount | ImpressionCount | ClickCount;

function checkedCount<Count extends AnyCount>(noun: string): (value: number) => Count {
  return (value) => {
    if (Number.isSafeInteger(value) && value >= 0) return (value + 0) as Count;
    throw new InvalidValueError({
      noun,
      expected: "a safe integer, 0 or more",
      found: value,
      hint: "count events; keep rates and estimates in a type of their own",
    });
  };
}

/** Each throws `InvalidValueError` when the value is no count. */
export const insertionCount: (value: number) => InsertionCount = checkedCount("InsertionCount");
export const impressionCount: (value: number) => ImpressionCount = checkedCount("ImpressionCount");
export const clickCount: (value: number) => ClickCount = checkedCount("ClickCount");

/** Sum of two counts of the same event. */
export function addCounts<Count extends AnyCount>(left: Count, right: NoInfer<Count>): Count {
  return impressionCount(left + right) as AnyCount as Count;
}

export const InsertionCountSchema = brandedSchema<InsertionCount>(z.int().min(0));
export const ImpressionCountSchema = brandedSchema<ImpressionCount>(z.int().min(0));
export const ClickCountSchema = brandedSchema<ClickCount>(z.int().min(0));
