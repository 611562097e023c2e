/** `POST data/what-if`: one input changed, everything downstream run again from the recording. */
import { z } from "zod";

/** Edits of one question. */
export const EDITS_MAX = 16;

/** A value within a slot: at a path (`consent.personalisation`), or one ad's in a column. */
export const EditSchema = z.union([
  z.strictObject({ slot: z.string().min(1), path: z.string().min(1).max(256), value: z.json() }),
  z.strictObject({
    slot: z.string().min(1),
    column: z.string().min(1),
    adId: z.int().min(1),
    value: z.union([z.number(), z.string()]),
  }),
]);
export type Edit = z.infer<typeof EditSchema>;

export const WhatIfRequestSchema = z.strictObject({
  requestId: z.string().min(1).max(128),
  /** The ad that is asked about. */
  adId: z.int().min(1).nullable(),
  edits: z.array(EditSchema).max(EDITS_MAX),
  /** Look for the smallest change that turns the ad's verdict. */
  flip: z.enum(["bid", "score"]).nullable(),
});
export type WhatIfRequest = z.infer<typeof WhatIfRequestSchema>;

const Differing = z.strictObject({ node: z.string(), owner: z.string(), slots: z.array(z.string()) });

export const WhatIfAnswerSchema = z.strictObject({
  /** The first node, in the order of the graph, whose output differs; null where nothing does. */
  first: Differing.nullable(),
  differing: z.array(Differing),
  before: z.string(),
  after: z.string(),
  shownBefore: z.array(z.number()),
  shownAfter: z.array(z.number()),
  /** Nodes that were run again. */
  reran: z.int(),
  flip: z
    .strictObject({ what: z.string(), from: z.number(), to: z.number(), unit: z.string(), sentence: z.string() })
    .nullable(),
});
export type WhatIfAnswer = z.infer<typeof WhatIfAnswerSchema>;
