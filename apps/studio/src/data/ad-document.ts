/** `runs/<requestId>/ads/<adId>.json`: why one ad did or did not show. Made of the run, here and in the browser alike. */
import { z } from "zod";
import { ComparedSchema, PlaceSchema } from "./parts.ts";

export const AdStepSchema = z.strictObject({
  node: z.string(),
  owner: z.string(),
  fate: z.enum(["kept", "dropped"]),
  reason: z.string().nullable(),
  threshold: ComparedSchema,
  value: ComparedSchema,
});
export type AdStep = z.infer<typeof AdStepSchema>;

export const DecisionSchema = z.strictObject({
  node: z.string(),
  owner: z.string(),
  /** The node's purpose: the rule in words. */
  rule: z.string(),
  reason: z.string(),
  meaning: z.string(),
  /** Who can change it: advertiser, market or platform. */
  actor: z.string(),
  threshold: ComparedSchema,
  value: ComparedSchema,
  /** As people read them: money, counts. */
  thresholdText: z.string().nullable(),
  valueText: z.string().nullable(),
  place: PlaceSchema,
});
export type Decision = z.infer<typeof DecisionSchema>;

export const AdDocumentSchema = z.strictObject({
  requestId: z.string(),
  adId: z.number(),
  /** `kept`: by every filter, and yet not in the answer. */
  fate: z.enum(["shown", "dropped", "kept", "neverEntered"]),
  sentence: z.string(),
  brand: z.string().nullable(),
  position: z.int().nullable(),
  steps: z.array(AdStepSchema),
  decision: DecisionSchema.nullable(),
  /** The ad that took its place. */
  winner: z.strictObject({ adId: z.number(), why: z.string() }).nullable(),
  score: z.strictObject({ clickProbability: z.number(), ecpmMicros: z.number() }).nullable(),
});
export type AdDocument = z.infer<typeof AdDocumentSchema>;
