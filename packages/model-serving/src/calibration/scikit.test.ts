import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { auc, logLoss } from "../metrics.ts";
import { fitIsotonic, isotonicCalibrator } from "./isotonic.ts";
import { fitPlatt, plattCalibrator } from "./platt.ts";

const path = new URL("../../test/fixtures/scikit-calibration.json", import.meta.url);
const { margins, labels, queries, isotonic, platt, ...metrics } = JSON.parse(readFileSync(path, "utf8")) as {
  readonly margins: readonly number[];
  readonly labels: readonly number[];
  readonly queries: readonly number[];
  readonly isotonic: readonly number[];
  readonly platt: { readonly slope: number; readonly intercept: number };
  readonly auc: number;
  readonly logLoss: number;
};

test("isotonic, inside, between and beyond the blocks, is scikit-learn's within rounding", () => {
  const { apply } = isotonicCalibrator(fitIsotonic({ margins, labels }));
  for (const [index, query] of queries.entries()) expect(apply(query)).toBeCloseTo(isotonic[index]!, 14);
});

test("Platt's slope and intercept are those of scikit-learn's logistic regression without penalty", () => {
  const fitted = fitPlatt({ margins, labels });
  expect(fitted.slope).toBeCloseTo(platt.slope, 11);
  expect(fitted.intercept).toBeCloseTo(platt.intercept, 11);
});

test("AUC and log loss are scikit-learn's within rounding", () => {
  expect(auc({ predictions: margins, labels })).toBeCloseTo(metrics.auc, 14);
  const { apply } = plattCalibrator(fitPlatt({ margins, labels }));
  expect(logLoss({ predictions: margins.map(apply), labels })).toBeCloseTo(metrics.logLoss, 13);
});
