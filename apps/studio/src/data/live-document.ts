/** `live.json`: rates, lag, lanes and freshness of the running system, as they were over the last minutes. */
import { z } from "zod";

export const LIVE_FORMAT = "tenon.studio.live/2";

export const LiveSampleSchema = z.strictObject({
  atMs: z.number(),
  requestsPerSecond: z.number(),
  p99Ms: z.number(),
  failuresPerSecond: z.number(),
  loopLagMs: z.number(),
  /** Records and items that wait before the index, all stages; null without a pipeline. */
  backlog: z.number().nullable(),
});
export type LiveSample = z.infer<typeof LiveSampleSchema>;

/** What waits before a stop of the pipeline, and what holds it up. */
export const StopLagSchema = z.strictObject({
  /** Of the node. */
  name: z.string(),
  /** The graph that runs there, where one does. */
  graph: z.string().nullable(),
  waiting: z.number(),
  unit: z.enum(["bytes", "records", "batches", "items", "messages"]),
  oldestMs: z.number().nullable(),
  /** Put aside: no waiting ends that. */
  parked: z.number(),
  /** Messages that it made and that the log has not taken. */
  heldUp: z.number(),
  paused: z.boolean(),
  watermarkMs: z.number().nullable(),
});
export type StopLag = z.infer<typeof StopLagSchema>;

export const LiveDocumentSchema = z.strictObject({
  format: z.literal(LIVE_FORMAT),
  atMs: z.number(),
  state: z.string(),
  ads: z.number(),
  /** Oldest first. */
  samples: z.array(LiveSampleSchema),
  /** By class of data: age of what is served, ms. */
  freshness: z.array(
    z.strictObject({
      class: z.string(),
      p50Ms: z.number().nullable(),
      p99Ms: z.number().nullable(),
      targetMs: z.number().nullable(),
    }),
  ),
  /** Stages of the pipeline with what waits before each. */
  stages: z.array(z.strictObject({ stage: z.string(), what: z.string(), waiting: z.number() })),
  lanes: z.array(
    z.strictObject({
      handler: z.string(),
      lane: z.string(),
      waiting: z.number(),
      parked: z.number(),
      oldestMs: z.number().nullable(),
    }),
  ),
  parked: z.number(),
  /** Of each stop of graph `indexing`; empty without a pipeline. */
  lag: z.array(StopLagSchema),
  versions: z.record(z.string(), z.string()),
});
export type LiveDocument = z.infer<typeof LiveDocumentSchema>;
