import { z } from "zod";
import { type Brand, brandedSchema } from "./brand.ts";
import { InvalidValueError } from "./invalid-value-error.ts";

/** A finite number from 0 to 1. Not a percentage and not a margin (log-odds). */
export type Probability = Brand<number, "Probability">;

/** @throws InvalidValueError for NaN, infinities and numbers outside 0 … 1. */
export function probability(value: number): Probability {
  if (value >= 0 && value <= 1) return (value + 0) as Probability;
  throw new InvalidValueError({
    noun: "Probability",
    expected: "a number from 0 to 1",
    found: value,
    hint: "divide a percentage by 100; turn a margin into a probability with probabilityFromMargin",
  });
}

/** The logistic function. Log-odds are the unit of what models are compared by; see the integrity promise on margins. */
export function probabilityFromMargin(margin: number): Probability {
  return probability(1 / (1 + Math.exp(-margin)));
}

export const ProbabilitySchema = brandedSchema<Probability>(z.number().min(0).max(1));
