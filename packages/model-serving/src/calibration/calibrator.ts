import type { F64Column } from "@tenon/graph-core";
import { z } from "zod";

/** Probabilities as a logistic function of the margin. */
export const PlattSchema = z.strictObject({
  kind: z.literal("platt"),
  /** Above 0, so that calibration never reorders candidates. */
  slope: z.number().positive(),
  intercept: z.number(),
});

/**
 * Probabilities as a rising function through blocks of margins, lowest first. Block `i` covers the margins
 * `from[i] … to[i]` and has the rate `positives[i] / rows[i]`; the counts are kept because their sums are exact.
 */
export const IsotonicSchema = z.strictObject({
  kind: z.literal("isotonic"),
  from: z.array(z.number()).min(1),
  to: z.array(z.number()),
  positives: z.array(z.int().min(0)),
  rows: z.array(z.int().min(1)),
});

export const CalibratorSchema = z.discriminatedUnion("kind", [PlattSchema, IsotonicSchema]);

export type PlattParameters = z.output<typeof PlattSchema>;
export type IsotonicParameters = z.output<typeof IsotonicSchema>;
export type CalibratorParameters = z.output<typeof CalibratorSchema>;

/** Turns margins into probabilities. Never reorders: a higher margin never gets a lower probability. */
export interface Calibrator {
  readonly kind: "platt" | "isotonic";
  /** The probability (0 to 1) of a margin (log-odds). */
  apply(margin: number): number;
  /** {@link apply} of every row. Unit of the result: probability. */
  applyAll(margins: F64Column): F64Column;
}

/** Rows to fit a calibrator on. They must be rows the model was not trained on, or it learns the model's overconfidence. */
export interface FitRows {
  /** Finite margins. */
  readonly margins: ArrayLike<number>;
  /** 0 or 1 per row. */
  readonly labels: ArrayLike<number>;
}
