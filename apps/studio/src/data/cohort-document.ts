/** `cohort.json`: the kept runs of a graph together. */
import { z } from "zod";

export const COHORT_FORMAT = "tenon.studio.cohort/1";
/** Place of `shown` and `kept` among the fates; reasons follow. */
export const FATES = ["shown", "kept"] as const;

export const CohortNodeSchema = z.strictObject({
  name: z.string(),
  runs: z.int(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  waitMs: z.number(),
  /** Share of runs in which it was on the critical path. */
  criticalShare: z.number(),
  errorShare: z.number(),
  /** Share of runs in which its slots were absent. */
  absentShare: z.number(),
  /** Share of the candidates that entered; null for a node that drops none. */
  dropShare: z.number().nullable(),
});
export type CohortNode = z.infer<typeof CohortNodeSchema>;

export const CohortDocumentSchema = z.strictObject({
  format: z.literal(COHORT_FORMAT),
  graphHash: z.string(),
  runs: z.array(z.strictObject({ requestId: z.string(), startedAtMs: z.number() })),
  nodes: z.array(CohortNodeSchema),
  stages: z.array(
    z.strictObject({
      node: z.string(),
      owner: z.string(),
      entered: z.number(),
      byReason: z.record(z.string(), z.number()),
    }),
  ),
  /** What a fate number means: `shown`, `kept`, then reasons. */
  fates: z.array(z.string()),
  /** By ad id: places in `runs`, each followed by the place in `fates`. */
  ads: z.record(z.string(), z.array(z.int())),
});
export type CohortDocument = z.infer<typeof CohortDocumentSchema>;
