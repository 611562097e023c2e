import type { Evaluation } from "../artefact/model-artefact.ts";
import { auc, calibrationRatio, type Judged, logLoss, normalisedEntropy } from "../metrics.ts";
import { requireBothClasses } from "../rows-error.ts";

/**
 * The figures an artefact carries, from calibrated probabilities of rows nothing was fitted on.
 * @param data which rows these are, in words.
 * @throws GraphError TENON1457 when the labels hold one class only: half of the figures are not defined then.
 */
export function evaluate(judged: Judged, data: string): Evaluation {
  return {
    data,
    rows: judged.labels.length,
    positives: requireBothClasses(judged.labels),
    auc: auc(judged),
    normalisedEntropy: normalisedEntropy(judged),
    calibrationRatio: calibrationRatio(judged),
    logLoss: logLoss(judged),
  };
}
