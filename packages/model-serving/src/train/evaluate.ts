import type { Evaluation } from "../artefact/model-artefact.ts";
import { auc, calibrationRatio, type Judged, logLoss, normalisedEntropy } from "../metrics.ts";
import { countPositives } from "../rows-error.ts";

/**
 * The figures an artefact carries, from calibrated probabilities of rows nothing was fitted on.
 * @param data which rows these are, in words.
 */
export function evaluate(judged: Judged, data: string): Evaluation {
  return {
    data,
    rows: judged.labels.length,
    positives: countPositives(judged.labels),
    auc: auc(judged),
    normalisedEntropy: normalisedEntropy(judged),
    calibrationRatio: calibrationRatio(judged),
    logLoss: logLoss(judged),
  };
}
