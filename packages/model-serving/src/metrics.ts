/**
 * How good predictions are. Every function takes predictions and 0/1 labels of the same rows, and looks at all of them.
 * A figure that is not defined for the given labels (AUC of one class, ratio without positives) is NaN.
 *
 * Watch the ratio, per decile too, not the calibration error alone: at click rates below one percent the error is near
 * zero even when predictions are off by half.
 */
import { rowsError } from "./rows-error.ts";

export interface Judged {
  /** Probabilities, or for {@link auc} any score that grows with them. */
  readonly predictions: ArrayLike<number>;
  /** 0 or 1 per row. */
  readonly labels: ArrayLike<number>;
}

/**
 * Probability that a random positive is scored above a random negative, ties counting half.
 * Source: the rank-sum form (Mann and Whitney 1947), with the mean rank for ties.
 */
export function auc({ predictions, labels }: Judged): number {
  const rows = requireRows({ predictions, labels });
  const order = sortedRows(predictions, rows);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < rows; ) {
    let end = start;
    let positivesHere = 0;
    while (end < rows && predictions[order[end] as number] === predictions[order[start] as number]) {
      positivesHere += labels[order[end] as number] as number;
      end++;
    }
    // Ranks count from 1, so the tied rows start … end - 1 share the mean of start + 1 … end.
    rankSum += (positivesHere * (start + 1 + end)) / 2;
    positives += positivesHere;
    start = end;
  }
  const negatives = rows - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Mean negative log-likelihood in nats. Infinite when a row had probability 0 of what happened. */
export function logLoss({ predictions, labels }: Judged): number {
  const rows = requireRows({ predictions, labels });
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const probability = predictions[row] as number;
    sum -= labels[row] === 1 ? Math.log(probability) : Math.log1p(-probability);
  }
  return sum / rows;
}

/**
 * Log loss over the entropy of the mean label: below 1 is better than always predicting the base rate.
 * Source: He et al., Practical lessons from predicting clicks on ads at Facebook, 2014.
 */
export function normalisedEntropy(judged: Judged): number {
  const rows = requireRows(judged);
  const rate = sum(judged.labels, rows) / rows;
  const entropy = -(rate * Math.log(rate) + (1 - rate) * Math.log1p(-rate));
  return logLoss(judged) / entropy;
}

/** Predicted over observed positives: 1 is calibrated, above 1 promises too much. */
export function calibrationRatio({ predictions, labels }: Judged): number {
  const rows = requireRows({ predictions, labels });
  const observed = sum(labels, rows);
  return observed === 0 ? Number.NaN : sum(predictions, rows) / observed;
}

/** Mean distance of predicted and observed rate over bins of equal width, weighted by rows. */
export function expectedCalibrationError({ predictions, labels }: Judged, bins = 10): number {
  const rows = requireRows({ predictions, labels });
  const predicted = new Float64Array(bins);
  const observed = new Float64Array(bins);
  for (let row = 0; row < rows; row++) {
    const probability = predictions[row] as number;
    const bin = Math.min(bins - 1, Math.floor(probability * bins));
    predicted[bin] = (predicted[bin] as number) + probability;
    observed[bin] = (observed[bin] as number) + (labels[row] as number);
  }
  return predicted.reduce((error, total, bin) => error + Math.abs(total - (observed[bin] as number)), 0) / rows;
}

export interface DecileRatio {
  readonly rows: number;
  /** Sum of predictions. */
  readonly predicted: number;
  readonly observed: number;
  /** predicted / observed; NaN without positives. */
  readonly ratio: number;
}

/** Calibration ratio in ten groups of equal size, lowest predictions first; ties go by row. */
export function perDecileRatio({ predictions, labels }: Judged): readonly DecileRatio[] {
  const rows = requireRows({ predictions, labels });
  const order = sortedRows(predictions, rows);
  return Array.from({ length: 10 }, (_, decile) => {
    const members = order.subarray(Math.floor((decile * rows) / 10), Math.floor(((decile + 1) * rows) / 10));
    const predicted = members.reduce((total, row) => total + (predictions[row] as number), 0);
    const observed = members.reduce((total, row) => total + (labels[row] as number), 0);
    return { rows: members.length, predicted, observed, ratio: observed === 0 ? Number.NaN : predicted / observed };
  });
}

/** Row numbers by ascending prediction; equal predictions by row, so that the order is total. */
function sortedRows(predictions: ArrayLike<number>, rows: number): Int32Array {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  return order.sort((left, right) => (predictions[left] as number) - (predictions[right] as number) || left - right);
}

function sum(values: ArrayLike<number>, rows: number): number {
  let total = 0;
  for (let row = 0; row < rows; row++) total += values[row] as number;
  return total;
}

function requireRows({ predictions, labels }: Judged): number {
  if (predictions.length !== labels.length) {
    throw rowsError("predictions and labels belong to different rows", {
      expected: `${predictions.length} labels`,
      found: `${labels.length}`,
    });
  }
  return labels.length;
}
