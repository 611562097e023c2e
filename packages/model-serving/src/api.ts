/** What ranking nodes need: types only. A host loads artefacts and binds them as pinned resources. */
export type { Calibrator } from "./calibration/calibrator.ts";
export type { CalibratorSet } from "./calibration/calibrator-set.ts";
export type { Model } from "./model.ts";
