/** `runs/<requestId>.json`: what one traced request did, without personal data. */
import { z } from "zod";
import { ComparedSchema } from "./parts.ts";

export const RUN_FORMAT = "tenon.studio.run/2";

export const RunNodeSchema = z.strictObject({
  name: z.string(),
  outcome: z.string(),
  readyMs: z.number(),
  startMs: z.number(),
  endMs: z.number(),
  /** From ready to start: waiting for its turn. */
  waitMs: z.number(),
  durationMs: z.number(),
  retries: z.int(),
  sizeOut: z.number().nullable(),
  slackMs: z.number().nullable(),
  critical: z.boolean(),
});
export type RunNode = z.infer<typeof RunNodeSchema>;

export const DropSchema = z.strictObject({
  /** Place in `ads`. */
  ad: z.int(),
  reason: z.string(),
  threshold: ComparedSchema,
  value: ComparedSchema,
});

export const StageSchema = z.strictObject({
  node: z.string(),
  owner: z.string(),
  /** Places in `ads` of the candidates that entered. */
  entered: z.array(z.int()),
  drops: z.array(DropSchema),
});
export type Stage = z.infer<typeof StageSchema>;

export const ShownAdSchema = z.strictObject({
  adId: z.number(),
  /** In the feed; 0 is the top. */
  position: z.int(),
  brand: z.string(),
  title: z.string(),
  chargedPriceMicros: z.number(),
  chargedPer: z.string(),
  reason: z.string(),
  /** Of its campaign; null where the index does not say. */
  objective: z.string().nullable(),
});
export type ShownAd = z.infer<typeof ShownAdSchema>;

/** Who wrote a slot in this run. Values are in `runs/<requestId>/nodes/<node>.json`. */
export const RunSlotSchema = z.strictObject({
  key: z.string(),
  producer: z.string(),
  outcome: z.string(),
  absent: z.boolean(),
});
export type RunSlot = z.infer<typeof RunSlotSchema>;

export const RunDocumentSchema = z.strictObject({
  format: z.literal(RUN_FORMAT),
  requestId: z.string(),
  graph: z.string(),
  graphHash: z.string(),
  startedAtMs: z.number(),
  durationMs: z.number(),
  failureCode: z.string().nullable(),
  /** One sentence. */
  verdict: z.string(),
  /** The request without what its schema marks as personal. */
  request: z.record(z.string(), z.unknown()),
  indexVersion: z.string().nullable(),
  versions: z.record(z.string(), z.string()),
  nodes: z.array(RunNodeSchema),
  criticalPath: z.array(z.string()),
  slots: z.array(RunSlotSchema),
  /** Ids of all candidates. */
  ads: z.array(z.number()),
  /** In the order they ran. */
  stages: z.array(StageSchema),
  /** By ad id: what the auction made of it, where it was ranked. */
  scores: z.record(z.string(), z.strictObject({ clickProbability: z.number(), ecpmMicros: z.number() })),
  /** By ad id, where known. */
  brands: z.record(z.string(), z.string()),
  shown: z.array(ShownAdSchema),
  /** What each reason that occurs means, and who can change it. */
  reasons: z.record(z.string(), z.strictObject({ meaning: z.string(), actor: z.string() })),
  /** Entered = kept + dropped, over all stages. */
  conserved: z.boolean(),
  /** The logged features are the ones that were scored; null where nothing was logged. */
  loggedAsScored: z.boolean().nullable(),
});
export type RunDocument = z.infer<typeof RunDocumentSchema>;
