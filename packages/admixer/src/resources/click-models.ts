/** The published click models: two models and the calibrators of the second, always from one publication. */
import { readFileSync } from "node:fs";
import { CalibratorSet, loadModelFromText, parseCalibratorSet } from "@tenon/model-serving";
import type { ClickCalibrators, ScoringModel } from "@tenon/nodes";

export interface ClickModels {
  readonly light: ScoringModel;
  readonly click: ScoringModel;
  readonly calibrators: ClickCalibrators;
}

/** Files of one publication, as `scripts/train-click-models.ts` writes them. */
export const MODEL_FILES = {
  light: "light-click-model.json",
  click: "click-model.json",
  calibrators: "click-calibrators.json",
} as const;

/** Where the committed publication lies. */
export const MODELS_FOLDER = new URL("../../models/", import.meta.url);

/** @throws GraphError TENON1450 to TENON1459 when an artefact is damaged or they do not belong together */
export function loadClickModels(folder: URL = MODELS_FOLDER): ClickModels {
  const text = (file: string) => readFileSync(new URL(file, folder), "utf8");
  return {
    light: loadModelFromText(text(MODEL_FILES.light)),
    click: loadModelFromText(text(MODEL_FILES.click)),
    calibrators: new CalibratorSet(parseCalibratorSet(JSON.parse(text(MODEL_FILES.calibrators)))),
  };
}
