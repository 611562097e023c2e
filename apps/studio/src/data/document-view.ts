/** `documents/<adId>.json`: where the document of an ad is on its way, and why it is stale or missing. */
import { z } from "zod";

export const DOCUMENT_FORMAT = "tenon.studio.document/1";

/** One stop of the way, on its lane. */
export const HopSchema = z.strictObject({
  lane: z.string(),
  what: z.string(),
  owner: z.string(),
  /** When the change was made at its source; null where that is not known. */
  eventAtMs: z.number().nullable(),
  /** When this stop was done with it; null where stores do not keep it. */
  processAtMs: z.number().nullable(),
});
export type Hop = z.infer<typeof HopSchema>;

export const RungSchema = z.strictObject({
  rung: z.string(),
  question: z.string(),
  /** `holds`: this is why. `clear`: it is not. `follows`: it holds too, further down the way. */
  answer: z.enum(["holds", "clear", "follows"]),
  owner: z.string().nullable(),
  because: z.string().nullable(),
  hint: z.string().nullable(),
  evidence: z.array(z.strictObject({ label: z.string(), text: z.string() })),
});
export type RungView = z.infer<typeof RungSchema>;

export const DocumentViewSchema = z.strictObject({
  format: z.literal(DOCUMENT_FORMAT),
  adId: z.number(),
  atMs: z.number(),
  fresh: z.boolean(),
  sentence: z.string(),
  owner: z.string().nullable(),
  hint: z.string(),
  hops: z.array(HopSchema),
  /** The longest time between two stops. */
  largestGap: z
    .strictObject({
      from: z.string(),
      to: z.string(),
      owner: z.string(),
      ms: z.number(),
      targetMs: z.number().nullable(),
    })
    .nullable(),
  ladder: z.array(RungSchema),
  groups: z.array(
    z.strictObject({
      group: z.string(),
      owner: z.string(),
      class: z.string(),
      handler: z.string().nullable(),
      version: z.number(),
      sourceAtMs: z.number().nullable(),
    }),
  ),
  hosts: z.array(z.strictObject({ url: z.string(), state: z.string(), appliedAtMs: z.number().nullable() })),
});
export type DocumentView = z.infer<typeof DocumentViewSchema>;
