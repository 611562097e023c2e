export type {
  Evaluation,
  GbdtArtefact,
  LinearArtefact,
  ModelArtefact,
  Term,
  TrainingFacts,
  Tree,
  Unsealed,
} from "./artefact/model-artefact.ts";
export { manifestOf, parseArtefact, sealArtefact } from "./artefact/model-artefact.ts";
export type {
  Calibrator,
  CalibratorParameters,
  FitRows,
  IsotonicParameters,
  PlattParameters,
} from "./calibration/calibrator.ts";
export type { CalibratorSetArtefact, UnsealedCalibratorSet } from "./calibration/calibrator-set.ts";
export { CalibratorSet, calibratorOf, parseCalibratorSet, sealCalibratorSet } from "./calibration/calibrator-set.ts";
export { fitIsotonic, isotonicCalibrator } from "./calibration/isotonic.ts";
export { fitPlatt, plattCalibrator } from "./calibration/platt.ts";
export { importLightGbm, type LightGbmImport } from "./gbdt/import-lightgbm.ts";
export { loadModel, loadModelFromText } from "./load-model.ts";
export {
  auc,
  calibrationRatio,
  type DecileRatio,
  expectedCalibrationError,
  type Judged,
  logLoss,
  normalisedEntropy,
  perDecileRatio,
} from "./metrics.ts";
export type { Model } from "./model.ts";
export type { ReaderOptions } from "./snapshot-reader.ts";
export { evaluate } from "./train/evaluate.ts";
export { GBDT_DEFAULTS, type GbdtFit, type GbdtSettings, type GbdtTask, trainGbdt } from "./train/gbdt-trainer.ts";
export { LINEAR_DEFAULTS, type LinearSettings, type LinearTask, trainLinear } from "./train/linear-trainer.ts";
export { type ClickModel, type ClickModelTask, trainClickModel } from "./train/train-click-model.ts";
export { type Deal, dealRows, selectRows, snapshotOf, type TrainingData, trainingData } from "./train/training-data.ts";
