/** Schemas that several documents share. */
import { z } from "zod";

/** Where a declaration stands, relative to the project; null where that is not known. */
export const PlaceSchema = z.strictObject({ file: z.string(), line: z.int() }).nullable();
export type CodePlace = z.infer<typeof PlaceSchema>;

/** x, y, width, height in whole pixels. */
export const BoxSchema = z.tuple([z.number(), z.number(), z.number(), z.number()]);
export type Box = z.infer<typeof BoxSchema>;

export const LineSchema = z.strictObject({
  from: z.string(),
  to: z.string(),
  /** Slots that go this way. */
  slots: z.array(z.string()),
  /** Every slot on it is soft or a condition. */
  optional: z.boolean(),
  /** The candidates go this way. */
  batch: z.boolean(),
  /** Horizontal and vertical stretches. */
  points: z.array(z.tuple([z.number(), z.number()])),
});
export type Line = z.infer<typeof LineSchema>;

/** Boxes and lines as graph-core laid them out. The browser moves them, and lays out nothing. */
export const DrawingSchema = z.strictObject({
  width: z.number(),
  height: z.number(),
  boxes: z.record(z.string(), BoxSchema),
  lines: z.array(LineSchema),
});
export type DrawingJson = z.infer<typeof DrawingSchema>;

/** What a drop compared: numbers, or words where the rule has no number. */
export const ComparedSchema = z.union([z.number(), z.string()]).nullable();
export type Compared = z.infer<typeof ComparedSchema>;
