import { GraphError } from "@tenon/graph-core";

/** TENON1457: rows handed to a trainer, a calibrator or a metric do not fit together. */
export function rowsError(message: string, { expected, found }: { expected: string; found: string }): GraphError {
  return new GraphError(message, {
    code: "TENON1457",
    category: "input",
    detail: `expected ${expected}, found ${found}`,
    hint: "build every column and the labels in one loop over the same rows; missing values are NaN, labels are 0 or 1",
  });
}

/** Throws TENON1457 unless every label is 0 or 1. Returns how many are 1. */
export function countPositives(labels: ArrayLike<number>): number {
  let positives = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] as number;
    if (label !== 0 && label !== 1)
      throw rowsError(`the label of row ${row} is not a label`, { expected: "0 or 1", found: String(label) });
    positives += label;
  }
  return positives;
}

/** Throws TENON1457 unless there are labels of both classes. Returns how many are 1. */
export function requireBothClasses(labels: ArrayLike<number>): number {
  const positives = countPositives(labels);
  if (positives > 0 && positives < labels.length) return positives;
  throw rowsError("all labels are the same", {
    expected: "labels of both classes",
    found: `${positives} positives in ${labels.length} rows`,
  });
}
