/** Real impressions and clicks. The data lies beside the repository; without it these tests are skipped, saying so. */
import { existsSync } from "node:fs";
import { type F64Column, FeatureSnapshot } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { clickRows, OPEN_BANDIT_FOLDER, readImpressions } from "../scripts/open-bandit-click-rows.ts";
import {
  dealRows,
  evaluate,
  loadModel,
  loadModelFromText,
  type ModelArtefact,
  selectRows,
  snapshotOf,
  type TrainingData,
  trainGbdt,
  trainLinear,
} from "../src/index.ts";

/** Trains on tens of thousands of rows: a second where nothing else runs. */
const TIMEOUT_MS = 60_000;

const present = existsSync(OPEN_BANDIT_FOLDER);
const MISSING = "needs the Open Bandit data at ../shared/datasets/open-bandit";

test("10,000 real rows, logged and read again, give the same margins bit for bit, by trees and by weights", {
  timeout: TIMEOUT_MS,
}, ({ skip }) => {
  skip(!present, MISSING);
  const { rows } = readImpressions(["bts/men"]).clickRows;
  const models: ModelArtefact[] = [
    trainGbdt({ name: "trees", data: "Open Bandit", train: rows, settings: { treesMax: 40, rowsPerLeafMin: 20 } })
      .artefact,
    trainLinear({ name: "weights", data: "Open Bandit", train: rows }),
  ];
  const served = snapshotOf(rows);
  const replayed = FeatureSnapshot.fromBytes(rows.schema, served.toBytes());
  expect(served.rowCount).toBe(10_000);
  expect(replayed.digest).toBe(served.digest);
  for (const artefact of models) {
    const first = loadModel(artefact).score(served);
    const second = loadModelFromText(JSON.stringify(artefact)).score(replayed);
    const margins = bitsOf(first.margins);
    expect(bitsOf(second.margins)).toEqual(margins);
    expect(second.isOf(served)).toBe(true);
    // Margins that were all alike would be equal for a poor reason.
    expect(new Set(margins).size).toBeGreaterThan(100);
  }
});

test("on 207 real clicks, ridge weights are calibrated and say a little; five-fold, every row judged once", {
  timeout: TIMEOUT_MS,
}, ({ skip }) => {
  skip(!present, MISSING);
  const { rows } = clickRows();
  const evaluation = evaluate({ predictions: predictOutOfFold(rows), labels: rows.labels }, "out of fold");
  expect(evaluation).toMatchObject({ rows: 40_000, positives: 207 });
  // The count of clicks is itself only known to about 7 % (one standard error).
  expect(Math.abs(evaluation.calibrationRatio - 1)).toBeLessThan(0.07);
  expect(evaluation.normalisedEntropy).toBeLessThan(1);
  expect(evaluation.auc).toBeGreaterThan(0.5);
});

function predictOutOfFold(rows: TrainingData): Float64Array {
  const predictions = new Float64Array(rows.labels.length);
  const folds = dealRows(rows.labels.length, { shares: [1, 1, 1, 1, 1], seed: 1 });
  for (const fold of folds) {
    const others = folds.flatMap((other) => (other === fold ? [] : [...other]));
    const model = loadModel(
      trainLinear({ name: "weights", data: "Open Bandit", train: selectRows(rows, others), settings: { l2: 10 } }),
    );
    const { margins } = model.score(snapshotOf(selectRows(rows, fold)));
    for (const [index, row] of fold.entries()) predictions[row] = 1 / (1 + Math.exp(-margins.at(index)));
  }
  return predictions;
}

/** The 64 bits of every margin: equality of numbers would take 0 for -0. */
function bitsOf(margins: F64Column): bigint[] {
  const values = Float64Array.from({ length: margins.length }, (_, row) => margins.at(row));
  return [...new BigUint64Array(values.buffer)];
}
