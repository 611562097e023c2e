/**
 * Trains a click model with its calibrators and writes both artefacts.
 *
 *   node --conditions=@tenon/source packages/model-serving/scripts/train-click-model.ts \
 *     --rows packages/model-serving/scripts/marketplace-click-rows.ts --name click --seed 1 --out packages/model-serving/models
 *
 * `--rows` names a module that exports `clickRows` (see click-rows.ts).
 */
import { mkdir, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { auc } from "../src/metrics.ts";
import { trainClickModel } from "../src/train/train-click-model.ts";
import type { ClickRowsModule } from "./click-rows.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string" },
    name: { type: "string", default: "click" },
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "200000" },
    kind: { type: "string", default: "gbdt" },
    trees: { type: "string", default: "200" },
    rate: { type: "string", default: "0.1" },
    leaves: { type: "string", default: "15" },
    calibration: { type: "string", default: "platt" },
    out: { type: "string" },
  },
});
if (values.rows === undefined) throw new Error("--rows is needed: a module that exports clickRows, see click-rows.ts");
if (values.kind !== "gbdt" && values.kind !== "linear") throw new Error(`--kind is gbdt or linear, not ${values.kind}`);
if (values.calibration !== "platt" && values.calibration !== "isotonic") {
  throw new Error(`--calibration is platt or isotonic, not ${values.calibration}`);
}
const seed = Number(values.seed);

const startedAtMs = performance.now();
const rowsModule = (await import(pathToFileURL(resolve(values.rows)).href)) as ClickRowsModule;
const { truth, ...clickRows } = await rowsModule.clickRows({ seed, count: Number(values.count) });
const readyAtMs = performance.now();
const trained = trainClickModel({
  ...clickRows,
  name: values.name,
  seed,
  calibration: values.calibration,
  model:
    values.kind === "linear"
      ? { kind: "linear" }
      : {
          kind: "gbdt",
          settings: {
            treesMax: Number(values.trees),
            learningRate: Number(values.rate),
            leavesMax: Number(values.leaves),
            patienceTrees: 20,
            l2: 10,
          },
        },
});
const { artefact, calibrators, judgedRows, surfaceRatios } = trained;
const labels = Array.from(judgedRows, (row) => clickRows.rows.labels[row] as number);
console.log({
  version: artefact.version,
  trees: artefact.kind === "gbdt" ? artefact.trees.length : undefined,
  rowsMs: Math.round(readyAtMs - startedAtMs),
  trainMs: Math.round(performance.now() - readyAtMs),
  ...artefact.training,
  evaluation: artefact.evaluation,
  bestAuc: truth && auc({ predictions: Array.from(judgedRows, (row) => truth[row] as number), labels }),
  surfaceRatios,
});
if (values.out !== undefined) {
  await mkdir(values.out, { recursive: true });
  for (const [suffix, content] of [
    ["model", artefact],
    ["calibrators", calibrators],
  ] as const) {
    await writeFile(`${values.out}/${values.name}.${suffix}.json`, `${JSON.stringify(content)}\n`);
  }
}
