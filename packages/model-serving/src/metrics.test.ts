import fc from "fast-check";
import { expect, test } from "vitest";
import { drawLabels, normals, sigmoid } from "../test/click-simulation.ts";
import {
  auc,
  calibrationRatio,
  expectedCalibrationError,
  type Judged,
  logLoss,
  normalisedEntropy,
  perDecileRatio,
} from "./metrics.ts";

/** Few distinct predictions, so that ties are common. */
const judgedRows = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom(0, 1)), { minLength: 2, maxLength: 60 })
  .map(
    (rows): Judged => ({ predictions: rows.map(([tenths]) => tenths / 10), labels: rows.map(([, label]) => label) }),
  );

test("AUC equals the share of positive and negative pairs in the right order, ties counting half", () => {
  fc.assert(
    fc.property(judgedRows, ({ predictions, labels }) => {
      let pairs = 0;
      let wins = 0;
      for (let positive = 0; positive < labels.length; positive++) {
        for (let negative = 0; negative < labels.length; negative++) {
          if (labels[positive] !== 1 || labels[negative] !== 0) continue;
          const lead = predictions[positive]! - predictions[negative]!;
          pairs++;
          wins += lead > 0 ? 1 : lead === 0 ? 0.5 : 0;
        }
      }
      expect(auc({ predictions, labels })).toBe(wins / pairs);
    }),
  );
});

test("predicting the base rate everywhere has normalised entropy 1, AUC one half and ratio 1", () => {
  const labels = Uint8Array.from({ length: 1000 }, (_, row) => Number(row % 40 === 0));
  const judged = { labels, predictions: new Float64Array(1000).fill(25 / 1000) };
  expect(normalisedEntropy(judged)).toBeCloseTo(1, 12);
  expect(auc(judged)).toBe(0.5);
  expect(calibrationRatio(judged)).toBeCloseTo(1, 12);
});

test("log loss is the mean surprise, infinite for a certainty that was wrong", () => {
  expect(logLoss({ predictions: [0.5, 0.25], labels: [1, 0] })).toBeCloseTo((Math.log(2) - Math.log(0.75)) / 2, 15);
  expect(logLoss({ predictions: [1, 0], labels: [1, 0] })).toBe(0);
  expect(logLoss({ predictions: [0], labels: [1] })).toBe(Number.POSITIVE_INFINITY);
});

test("deciles hold every row once, and their sums are those of all rows", () => {
  fc.assert(
    fc.property(judgedRows, (judged) => {
      const deciles = perDecileRatio(judged);
      const total = (pick: (decile: (typeof deciles)[number]) => number) =>
        deciles.reduce((sum, each) => sum + pick(each), 0);
      expect(deciles).toHaveLength(10);
      expect(total((decile) => decile.rows)).toBe(judged.labels.length);
      expect(total((decile) => decile.observed)).toBe(Array.from(judged.labels).reduce((sum, label) => sum + label, 0));
    }),
  );
});

test("at low click rates the calibration error looks harmless while the ratio shows predictions twice too high", () => {
  const margins = normals(200_000, { mean: -5.5, deviation: 0.8, seed: 11 });
  const labels = drawLabels(margins, 12);
  const predictions = margins.map((margin) => 2 * sigmoid(margin));
  expect(expectedCalibrationError({ predictions, labels })).toBeLessThan(0.01);
  expect(calibrationRatio({ predictions, labels })).toBeGreaterThan(1.9);
  expect(perDecileRatio({ predictions, labels }).at(-1)?.ratio).toBeGreaterThan(1.7);
});

test("figures that the labels do not define are NaN", () => {
  expect(auc({ predictions: [0.1, 0.2], labels: [0, 0] })).toBeNaN();
  expect(calibrationRatio({ predictions: [0.1, 0.2], labels: [0, 0] })).toBeNaN();
});

test("predictions and labels of different rows are refused", () => {
  expect(() => auc({ predictions: [0.1], labels: [0, 1] })).toThrow(/TENON1457/);
});
