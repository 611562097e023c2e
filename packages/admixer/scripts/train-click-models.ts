/**
 * Trains and publishes the click models of the ad-request graph: a linear one for all candidates, trees for the best ones,
 * and the trees' calibrators by surface. Deterministic: the same seed writes the same files.
 *
 *   npm run train:click-models -- [--requests 20000] [--seed 1]
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { auc, type ClickModel, calibrationRatio, trainClickModel } from "@tenon/model-serving";
import { CLICK_MODEL_FEATURES } from "@tenon/nodes";
import { MODEL_FILES, MODELS_FOLDER } from "../src/resources/click-models.ts";
import { type ClickRows, collectClickRows } from "./collect-click-rows.ts";

const { values } = parseArgs({
  options: { requests: { type: "string", default: "20000" }, seed: { type: "string", default: "1" } },
});
const seed = Number(values.seed);

const rows = await collectClickRows({ seed, requests: Number(values.requests) });
const data = `training traffic of the generated marketplace, seed ${seed}, ${values.requests} requests: synthetic clicks of the stated truth`;
const shared = { data, surfaces: rows.surfaces, groups: rows.groups, seed };

const light = trainClickModel({ ...shared, name: "light-click", rows: rows.light, model: { kind: "linear" } });
const click = trainClickModel({
  ...shared,
  name: "click",
  rows: rows.rank,
  features: CLICK_MODEL_FEATURES,
  model: { kind: "gbdt", settings: { treesMax: 120, learningRate: 0.1, leavesMax: 15, patienceTrees: 15, l2: 10 } },
});

const evaluation = { data, light: figures(light, rows.light.labels), click: figures(click, rows.rank.labels) };
mkdirSync(MODELS_FOLDER, { recursive: true });
const write = (file: string, content: unknown) =>
  writeFileSync(new URL(file, MODELS_FOLDER), `${JSON.stringify(content)}\n`);
write(MODEL_FILES.light, light.artefact);
write(MODEL_FILES.click, click.artefact);
write(MODEL_FILES.calibrators, click.calibrators);
writeFileSync(new URL("evaluation.json", MODELS_FOLDER), `${JSON.stringify(evaluation, undefined, 2)}\n`);
process.stdout.write(`${JSON.stringify(evaluation, undefined, 2)}\n`);

/** Figures on rows that nothing was fitted on, beside the best that the truth allows. */
function figures(model: ClickModel, labels: Uint8Array) {
  const judged = Array.from(model.judgedRows, (row) => labels[row] as number);
  const predictions = Array.from(model.judgedProbabilities);
  return {
    version: model.artefact.version,
    ...model.artefact.evaluation,
    aucOfTheTruth: auc({
      predictions: Array.from(model.judgedRows, (row) => rows.truth[row] as number),
      labels: judged,
    }),
    calibrationRatioBySurface: model.surfaceRatios,
    calibrationRatioOfWinners: winnersRatio(rows, model, judged, predictions),
  };
}

/** Over the ad with the highest prediction of each request: a maximum picks the over-estimated (A13). */
function winnersRatio(
  { groups }: ClickRows,
  model: ClickModel,
  judged: readonly number[],
  predictions: readonly number[],
): number {
  const best = new Map<number, number>();
  model.judgedRows.forEach((row, at) => {
    const group = groups[row] as number;
    const known = best.get(group);
    if (known === undefined || (predictions[known] as number) < (predictions[at] as number)) best.set(group, at);
  });
  const winners = [...best.values()];
  return calibrationRatio({
    predictions: winners.map((at) => predictions[at] as number),
    labels: winners.map((at) => judged[at] as number),
  });
}
