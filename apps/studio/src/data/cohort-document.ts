/** `cohorts/<hash>.json`: the kept runs of a graph together, and each of them in short, so that any part of them can be told apart. */
import { z } from "zod";
import { RunFactsSchema } from "./run-facts.ts";

export const COHORT_FORMAT = "tenon.studio.cohort/2";
/** Place of `shown` and `kept` among the fates; reasons follow. */
export const FATES = ["shown", "kept"] as const;

export const CohortRunSchema = z.strictObject({
  requestId: z.string(),
  facts: RunFactsSchema,
  /** Of each node, in the order of `nodes`: duration, waiting (both ms), `MARKS`; null where the run does not know it. */
  nodes: z.array(z.tuple([z.number(), z.number(), z.int()]).nullable()),
  /** Place in `stages`, candidates that entered, then for each reason its place in `fates` and how many left for it. */
  stages: z.array(z.array(z.int())),
});
export type CohortRun = z.infer<typeof CohortRunSchema>;

export const CohortNodeSchema = z.strictObject({
  name: z.string(),
  runs: z.int(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  waitMs: z.number(),
  /** Share of runs in which it was on the critical path. */
  criticalShare: z.number(),
  errorShare: z.number(),
  /** Share of runs in which something stood in for what it gives. */
  fallbackShare: z.number(),
  /** Share of runs in which its slots were absent. */
  absentShare: z.number(),
  /** Share of the candidates that entered; null for a node that drops none. */
  dropShare: z.number().nullable(),
});
export type CohortNode = z.infer<typeof CohortNodeSchema>;

export const CohortStageSchema = z.strictObject({
  node: z.string(),
  owner: z.string(),
  entered: z.number(),
  byReason: z.record(z.string(), z.number()),
});
export type CohortStage = z.infer<typeof CohortStageSchema>;

export const CohortDocumentSchema = z.strictObject({
  format: z.literal(COHORT_FORMAT),
  graphHash: z.string(),
  runs: z.array(CohortRunSchema),
  /** Of all runs. */
  nodes: z.array(CohortNodeSchema),
  /** Of all runs. */
  stages: z.array(CohortStageSchema),
  /** What a fate number means: `shown`, `kept`, then reasons. */
  fates: z.array(z.string()),
  /** By ad id: places in `runs`, each followed by the place in `fates`. */
  ads: z.record(z.string(), z.array(z.int())),
});
export type CohortDocument = z.infer<typeof CohortDocumentSchema>;
