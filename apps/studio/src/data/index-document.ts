/** `index.json`: what there is to open. */
import { z } from "zod";
import { RunFactsSchema } from "./run-facts.ts";

export const INDEX_FORMAT = "tenon.studio.index/2";

export const GraphEntrySchema = z.strictObject({
  name: z.string(),
  hash: z.string(),
  owner: z.string(),
  nodes: z.int(),
  purpose: z.string().nullable(),
});
export type GraphEntry = z.infer<typeof GraphEntrySchema>;

export const RunEntrySchema = z.strictObject({
  requestId: z.string(),
  graph: z.string(),
  graphHash: z.string(),
  failureCode: z.string().nullable(),
  entered: z.int(),
  shown: z.array(z.number()),
  facts: RunFactsSchema,
});
export type RunEntry = z.infer<typeof RunEntrySchema>;

export const ReportEntrySchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** `PASS`, `NEEDS REVIEW`, `FAIL`, `INCOMPLETE`; empty where it cannot be opened. */
  verdict: z.string(),
  atMs: z.number(),
  /** Why it cannot be opened, with the code; null where it can. */
  problem: z.string().nullable(),
});
export type ReportEntry = z.infer<typeof ReportEntrySchema>;

export const IndexDocumentSchema = z.strictObject({
  format: z.literal(INDEX_FORMAT),
  /** A server answers; false for a folder. */
  live: z.boolean(),
  /** Address of the host that keeps the runs, as whoever asked it reached it; null where that is not known. */
  host: z.string().nullable(),
  graphs: z.array(GraphEntrySchema),
  /** Newest first. */
  runs: z.array(RunEntrySchema),
  /** Ads whose documents can be looked at; null: any. */
  documents: z.array(z.number()).nullable(),
  /** Newest first. */
  reports: z.array(ReportEntrySchema),
  /** What this server can do beyond showing. */
  can: z.strictObject({
    documents: z.boolean(),
    whatIf: z.boolean(),
    lineage: z.boolean(),
    live: z.boolean(),
    /** Values of slots, by node. */
    values: z.boolean(),
  }),
});
export type IndexDocument = z.infer<typeof IndexDocumentSchema>;
