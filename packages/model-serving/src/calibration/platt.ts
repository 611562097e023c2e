import { F64Column } from "@tenon/graph-core";
import { lossOfMargin } from "../log-loss.ts";
import { countPositives, rowsError } from "../rows-error.ts";
import type { Calibrator, FitRows, PlattParameters } from "./calibrator.ts";
import { fitError } from "./fit-error.ts";

/** Newton's method takes 5 to 10 steps here; more means that rounding noise is all that is left to gain. */
const STEPS_MAX = 50;
/** Halvings of one step. 2^-30 of a step moves nothing. */
const HALVINGS_MAX = 30;
/** The fit is done when predicted and observed positives differ by less than this share of the rows. */
const GRADIENT_TOLERANCE = 1e-14;
/** A loss this much higher, as a share of it, is taken for rounding: near the optimum it hides steps that still help. */
const LOSS_NOISE = 1e-13;
/**
 * Log-odds per standard deviation of the margin. Rounding alone makes slopes up to about 1e-13 of margins that tell
 * nothing, and would map different margins to one probability; no model worth calibrating comes near this bound.
 */
const SLOPE_MIN = 1e-6;

/** `probability = 1 / (1 + exp(-(slope × margin + intercept)))`. */
export function plattCalibrator({ slope, intercept }: PlattParameters): Calibrator {
  const apply = (margin: number) => 1 / (1 + Math.exp(-(slope * margin + intercept)));
  return {
    kind: "platt",
    apply,
    applyAll: (margins) => F64Column.fill(margins.length, (row) => apply(margins.at(row))),
  };
}

/**
 * Fits slope and intercept by maximum likelihood. With a free intercept the predicted positives of the fit rows then
 * equal the observed ones, and with slope > 0 the order of rows, so the AUC, stays as it was.
 *
 * Source: Platt 1999, solved by the damped Newton method of Lin, Lin and Weng 2007, on 0/1 labels. Platt's smoothed
 * targets are left out: they pull predictions towards one half, which at click rates below one percent is a bias.
 *
 * @throws GraphError TENON1456 when the labels hold one class, or one margin separates them, or higher margins do not
 *   have more positives; TENON1457 for rows that do not fit together.
 */
export function fitPlatt({ margins, labels }: FitRows): PlattParameters {
  const { mean, deviation } = requireFittable(margins, labels);
  // On standardised margins both parameters have the same scale, which keeps the 2 × 2 system well conditioned.
  const inputs = Float64Array.from(margins, (margin) => (margin - mean) / deviation);
  let point = { slope: 1, intercept: Math.log(rateOf(labels) / (1 - rateOf(labels))) };
  let loss = lossAt(point, inputs, labels);
  for (let step = 0; step < STEPS_MAX; step++) {
    const { direction, gradientSize } = newtonStep(point, inputs, labels);
    if (gradientSize < GRADIENT_TOLERANCE * inputs.length) break;
    const better = search(point, direction, loss, inputs, labels);
    if (better === undefined) break;
    ({ point, loss } = better);
  }
  const slope = point.slope / deviation;
  if (!(point.slope >= SLOPE_MIN)) {
    throw fitError("higher margins do not have more positives", {
      expected: `a slope of at least ${SLOPE_MIN} per standard deviation of the margin`,
      found: String(point.slope),
      hint: "check the sign of the margin and that margins and labels are of the same rows; a model worse than chance cannot be calibrated",
    });
  }
  return { kind: "platt", slope, intercept: point.intercept - slope * mean };
}

interface Point {
  readonly slope: number;
  readonly intercept: number;
}

/** The Newton direction, and how far predicted and observed positives are apart (plain and weighted by the input). */
function newtonStep(point: Point, inputs: Float64Array, labels: ArrayLike<number>) {
  let gradientSlope = 0;
  let gradientIntercept = 0;
  let slopeSlope = 0;
  let slopeIntercept = 0;
  let interceptIntercept = 0;
  for (let row = 0; row < inputs.length; row++) {
    const input = inputs[row] as number;
    const probability = 1 / (1 + Math.exp(-(point.slope * input + point.intercept)));
    const surplus = probability - (labels[row] as number);
    const weight = probability * (1 - probability);
    gradientSlope += surplus * input;
    gradientIntercept += surplus;
    slopeSlope += weight * input * input;
    slopeIntercept += weight * input;
    interceptIntercept += weight;
  }
  const determinant = slopeSlope * interceptIntercept - slopeIntercept * slopeIntercept;
  const direction = {
    slope: -(interceptIntercept * gradientSlope - slopeIntercept * gradientIntercept) / determinant,
    intercept: -(slopeSlope * gradientIntercept - slopeIntercept * gradientSlope) / determinant,
  };
  return { direction, gradientSize: Math.max(Math.abs(gradientSlope), Math.abs(gradientIntercept)) };
}

/** The first of the full step, half of it, a quarter … that does not raise the loss. */
function search(from: Point, direction: Point, loss: number, inputs: Float64Array, labels: ArrayLike<number>) {
  for (let halving = 0, size = 1; halving < HALVINGS_MAX; halving++, size /= 2) {
    const point = {
      slope: from.slope + size * direction.slope,
      intercept: from.intercept + size * direction.intercept,
    };
    const found = lossAt(point, inputs, labels);
    const moved = point.slope !== from.slope || point.intercept !== from.intercept;
    if (moved && found <= loss * (1 + LOSS_NOISE)) return { point, loss: found };
  }
  return undefined;
}

function lossAt(point: Point, inputs: Float64Array, labels: ArrayLike<number>): number {
  let loss = 0;
  for (let row = 0; row < inputs.length; row++) {
    loss += lossOfMargin(point.slope * (inputs[row] as number) + point.intercept, labels[row] === 1);
  }
  return loss;
}

function rateOf(labels: ArrayLike<number>): number {
  return countPositives(labels) / labels.length;
}

function requireFittable(margins: ArrayLike<number>, labels: ArrayLike<number>): { mean: number; deviation: number } {
  const rows = requireRows(margins, labels);
  const positives = countPositives(labels);
  if (positives === 0 || positives === rows) {
    throw fitError("all labels are the same", {
      expected: "labels of both classes",
      found: `${positives} positives in ${rows} rows`,
      hint: "fit on more rows, or let the surface use the fallback calibrator",
    });
  }
  let lowestPositive = Number.POSITIVE_INFINITY;
  let highestNegative = Number.NEGATIVE_INFINITY;
  let mean = 0;
  for (let row = 0; row < rows; row++) {
    const margin = margins[row] as number;
    mean += margin / rows;
    if (labels[row] === 1) lowestPositive = Math.min(lowestPositive, margin);
    else highestNegative = Math.max(highestNegative, margin);
  }
  if (lowestPositive >= highestNegative) {
    throw fitError("one margin separates the labels, so the best slope is infinite", {
      expected: "some positive below some negative",
      found: `positives from ${lowestPositive}, negatives up to ${highestNegative}`,
      hint: "fit on more rows, and on rows the model was not trained on",
    });
  }
  let variance = 0;
  for (let row = 0; row < rows; row++) variance += ((margins[row] as number) - mean) ** 2 / rows;
  return { mean, deviation: Math.sqrt(variance) };
}

/** Throws TENON1457 unless margins and labels have one finite margin per label. */
export function requireRows(margins: ArrayLike<number>, labels: ArrayLike<number>): number {
  if (margins.length !== labels.length) {
    throw rowsError("margins and labels belong to different rows", {
      expected: `${margins.length} labels`,
      found: `${labels.length}`,
    });
  }
  for (let row = 0; row < margins.length; row++) {
    if (!Number.isFinite(margins[row])) {
      throw rowsError(`the margin of row ${row} is not a number`, {
        expected: "finite margins",
        found: String(margins[row]),
      });
    }
  }
  return labels.length;
}
