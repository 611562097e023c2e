import { expect, test } from "vitest";
import { clickRows } from "../scripts/marketplace-click-rows.ts";
import { auc, trainClickModel } from "../src/index.ts";

/** Trains on tens of thousands of rows: a second where nothing else runs. */
const TIMEOUT_MS = 60_000;

test("on simulated clicks of the marketplace, trees come close to the best AUC its stated truth allows, calibrated", {
  timeout: TIMEOUT_MS,
}, () => {
  const { truth, ...rows } = clickRows({ seed: 1, count: 100_000 });
  const { artefact, judgedRows } = trainClickModel({
    ...rows,
    name: "click",
    seed: 1,
    model: { kind: "gbdt", settings: { treesMax: 200, leavesMax: 8, patienceTrees: 20, l2: 10 } },
  });
  const labels = Array.from(judgedRows, (row) => rows.rows.labels[row]!);
  const bestAuc = auc({ predictions: Array.from(judgedRows, (row) => truth![row]!), labels });
  const { auc: found, calibrationRatio, positives } = artefact.evaluation!;
  expect(bestAuc).toBeGreaterThan(0.7);
  expect(bestAuc - found).toBeLessThan(0.03);
  // Three standard errors of the counts of clicks in the calibration and the judging rows.
  expect(Math.abs(calibrationRatio - 1)).toBeLessThan(3 * Math.sqrt(2 / positives));
});
