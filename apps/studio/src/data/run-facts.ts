/** What a run can be told apart by. */
import { z } from "zod";
import { VERDICTS } from "./words.ts";

export const RunFactsSchema = z.strictObject({
  startedAtMs: z.number(),
  durationMs: z.number(),
  surface: z.string().nullable(),
  country: z.string().nullable(),
  /** Of the campaigns whose ads were shown, where the index says them. */
  objectives: z.array(z.string()),
  verdict: z.enum(VERDICTS),
  /** Ads that were shown. */
  shown: z.int(),
});
export type RunFacts = z.infer<typeof RunFactsSchema>;
