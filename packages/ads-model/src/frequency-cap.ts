import { z } from "zod";
import { ImpressionCountSchema } from "./counts.ts";
import type { DeepReadonly } from "./deep-readonly.ts";

/** Entity whose impressions are counted together. Children share their parent's count; the strictest cap wins. */
export const FREQUENCY_CAP_LEVELS = ["advertiser", "campaign", "adGroup", "ad"] as const;
export type FrequencyCapLevel = (typeof FREQUENCY_CAP_LEVELS)[number];

/** Sliding windows that the counting service keeps, in days. */
export const FREQUENCY_CAP_WINDOWS_DAYS = [1, 7, 30] as const;
export type FrequencyCapWindowDays = (typeof FREQUENCY_CAP_WINDOWS_DAYS)[number];

/**
 * At most `impressionsMax` impressions per user in any window of `windowDays`. Impressions, not insertions: a response that the
 * user never scrolled to uses up nothing.
 */
export const FrequencyCapSchema = z.strictObject({
  level: z.enum(FREQUENCY_CAP_LEVELS),
  windowDays: z.literal(FREQUENCY_CAP_WINDOWS_DAYS),
  impressionsMax: ImpressionCountSchema,
});
export type FrequencyCap = DeepReadonly<z.infer<typeof FrequencyCapSchema>>;

/** More caps than level × window pairs would contradict one another. */
export const FREQUENCY_CAPS_MAX = FREQUENCY_CAP_LEVELS.length * FREQUENCY_CAP_WINDOWS_DAYS.length;
export const FrequencyCapsSchema = z.array(FrequencyCapSchema).max(FREQUENCY_CAPS_MAX);
