/**
 * Two promises that look alike and are not (A10): the lifetime cap is hard, Σ charged ≤ cap under any order and duplication of
 * events; the daily cap is soft, a plan that one day may exceed by a stated ratio. They are different types, so that a pacer
 * cannot treat the hard one as a plan, nor a biller the soft one as a stop.
 */
import { z } from "zod";
import { brandedSchema } from "./brand.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { type Micros, micros } from "./money.ts";
import { multiplyMicros } from "./money-arithmetic.ts";

const positiveMicros = brandedSchema<Micros>(z.int().min(1));

/** Never exceeded; reaching it ends the campaign. */
export const HardLifetimeCapSchema = z.strictObject({ kind: z.literal("hardLifetime"), capMicros: positiveMicros });
export type HardLifetimeCap = DeepReadonly<z.infer<typeof HardLifetimeCapSchema>>;

/**
 * The plan of a UTC day. A day may be over-delivered by `overdeliveryRatioMax` of the cap (0.25 = 25 %) when others fell short.
 */
export const SoftDailyCapSchema = z.strictObject({
  kind: z.literal("softDaily"),
  capMicros: positiveMicros,
  overdeliveryRatioMax: z.number().min(0).max(1),
});
export type SoftDailyCap = DeepReadonly<z.infer<typeof SoftDailyCapSchema>>;

/** How spend is spread over the day. */
export const PACING_MODES = ["even", "asFastAsPossible"] as const;
export type PacingMode = (typeof PACING_MODES)[number];

/** A campaign's budget. `daily` is null when only the lifetime counts. */
export const BudgetSchema = z.strictObject({
  lifetime: HardLifetimeCapSchema,
  daily: SoftDailyCapSchema.nullable(),
  pacing: z.enum(PACING_MODES),
});
export type Budget = DeepReadonly<z.infer<typeof BudgetSchema>>;

/** What is left to charge before the hard cap; 0 when it is reached. */
export function lifetimeRemainingMicros(cap: HardLifetimeCap, chargedMicros: Micros): Micros {
  return micros(Math.max(0, cap.capMicros - chargedMicros));
}

/** The most one day may spend. */
export function dailySpendMaxMicros(cap: SoftDailyCap): Micros {
  return multiplyMicros(cap.capMicros, 1 + cap.overdeliveryRatioMax);
}
