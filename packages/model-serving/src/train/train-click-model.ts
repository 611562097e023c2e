/**
 * From labelled rows to a model that can be served: trees, one calibrator per surface, and figures on rows that neither
 * has seen. Four parts of the rows, dealt by seed: to grow trees, to stop growing, to calibrate, to judge.
 */
import {
  type GbdtArtefact,
  type LinearArtefact,
  type ModelArtefact,
  parseArtefact,
} from "../artefact/model-artefact.ts";
import type { CalibratorParameters, FitRows } from "../calibration/calibrator.ts";
import { CalibratorSet, type CalibratorSetArtefact, sealCalibratorSet } from "../calibration/calibrator-set.ts";
import { fitIsotonic } from "../calibration/isotonic.ts";
import { fitPlatt } from "../calibration/platt.ts";
import { loadModel } from "../load-model.ts";
import { calibrationRatio } from "../metrics.ts";
import { countPositives, rowsError } from "../rows-error.ts";
import { evaluate } from "./evaluate.ts";
import { type GbdtSettings, trainGbdt } from "./gbdt-trainer.ts";
import { type LinearSettings, trainLinear } from "./linear-trainer.ts";
import { dealRows, requireTrainingData, selectRows, snapshotOf, type TrainingData } from "./training-data.ts";

/** Shares of the rows: to grow trees, to stop, to calibrate, to judge. */
const SHARES = [0.6, 0.1, 0.15, 0.15] as const;
/** A surface with fewer positives among the calibration rows uses the fallback: its own rate would be mostly luck. */
const POSITIVES_PER_SURFACE_MIN = 50;

export interface ClickModelTask {
  readonly name: string;
  /** Where the rows come from, in words. */
  readonly data: string;
  readonly rows: TrainingData;
  /** Surface of every row. */
  readonly surfaces: readonly string[];
  /** Equal for rows that must be dealt to the same part, e.g. rows of one request. Absent: every row for itself. */
  readonly groups?: ArrayLike<number>;
  readonly features?: readonly string[];
  readonly seed: number;
  readonly calibration?: "platt" | "isotonic";
  readonly model?:
    | { readonly kind: "gbdt"; readonly settings?: Partial<GbdtSettings> }
    | { readonly kind: "linear"; readonly settings?: Partial<LinearSettings> };
}

export interface ClickModel {
  readonly artefact: ModelArtefact;
  readonly calibrators: CalibratorSetArtefact;
  /** Rows that nothing was fitted on: numbers of `task.rows`. */
  readonly judgedRows: Int32Array;
  /** Calibrated probabilities of `judgedRows`, in that order. */
  readonly judgedProbabilities: Float64Array;
  /** Predicted over observed positives of `judgedRows`, per surface; NaN for a surface without positives. */
  readonly surfaceRatios: Readonly<Record<string, number>>;
}

/** @throws GraphError TENON1457 when rows do not fit together; TENON1456 when a calibrator cannot be fitted. */
export function trainClickModel(task: ClickModelTask): ClickModel {
  const { labels } = requireTrainingData(task.rows);
  if (task.surfaces.length !== labels.length) {
    throw rowsError("surfaces and labels belong to different rows", {
      expected: `${labels.length} surfaces`,
      found: `${task.surfaces.length}`,
    });
  }
  const parts = dealRows(labels.length, { shares: SHARES, seed: task.seed, groups: task.groups });
  const [growRows, stopRows, calibrationRows, judgedRows] = parts as readonly [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const fitted = fitModel(task, selectRows(task.rows, growRows), selectRows(task.rows, stopRows));
  const [calibration, judged] = [selectRows(task.rows, calibrationRows), selectRows(task.rows, judgedRows)];
  const model = loadModel(fitted);
  const marginsOf = (rows: TrainingData) => model.score(snapshotOf(rows)).margins;
  const surfacesOf = (rows: Int32Array) => Array.from(rows, (row) => task.surfaces[row] as string);
  const calibrators = fitCalibrators({
    task,
    modelVersion: fitted.version,
    surfaces: surfacesOf(calibrationRows),
    rows: {
      margins: Array.from({ length: calibration.labels.length }, atOf(marginsOf(calibration))),
      labels: calibration.labels,
    },
  });
  const set = new CalibratorSet(calibrators);
  const judgedSurfaces = surfacesOf(judgedRows);
  const margins = marginsOf(judged);
  const probabilities = Float64Array.from(judgedSurfaces, (surface, row) =>
    set.forSurface(surface).apply(margins.at(row)),
  );
  const evaluation = evaluate(
    { predictions: probabilities, labels: judged.labels },
    "rows dealt for judging, calibrated",
  );
  return {
    artefact: parseArtefact({ ...fitted, evaluation }),
    calibrators,
    judgedRows,
    judgedProbabilities: probabilities,
    surfaceRatios: ratiosBySurface(judgedSurfaces, probabilities, judged.labels),
  };
}

function fitModel(task: ClickModelTask, train: TrainingData, validation: TrainingData): GbdtArtefact | LinearArtefact {
  const { name, data, features, seed, model = { kind: "gbdt" } } = task;
  const shared = { name, data, train, ...(features && { features }) };
  if (model.kind === "linear") return trainLinear({ ...shared, ...(model.settings && { settings: model.settings }) });
  return trainGbdt({ ...shared, validation, settings: { seed, ...model.settings } }).artefact;
}

function fitCalibrators(fit: {
  readonly task: ClickModelTask;
  readonly modelVersion: string;
  readonly surfaces: readonly string[];
  readonly rows: { readonly margins: readonly number[]; readonly labels: Uint8Array };
}): CalibratorSetArtefact {
  const { task, modelVersion, surfaces, rows } = fit;
  const fitOne: (rows: FitRows) => CalibratorParameters =
    task.calibration === "isotonic" ? (part) => fitIsotonic(part, "pooled") : fitPlatt;
  const own = [...new Set(surfaces)].sort().flatMap((surface) => {
    const members = surfaces.flatMap((each, row) => (each === surface ? [row] : []));
    const part = {
      margins: members.map((row) => rows.margins[row] as number),
      labels: members.map((row) => rows.labels[row] as number),
    };
    return countPositives(part.labels) < POSITIVES_PER_SURFACE_MIN ? [] : [[surface, fitOne(part)] as const];
  });
  return sealCalibratorSet({
    name: `${task.name}-calibrators`,
    modelVersion,
    surfaces: Object.fromEntries(own),
    fallback: fitOne(rows),
  });
}

function ratiosBySurface(
  surfaces: readonly string[],
  predictions: Float64Array,
  labels: Uint8Array,
): Record<string, number> {
  const ratios = [...new Set(surfaces)].sort().map((surface) => {
    const members = surfaces.flatMap((each, row) => (each === surface ? [row] : []));
    const judged = {
      predictions: members.map((row) => predictions[row] as number),
      labels: members.map((row) => labels[row] as number),
    };
    return [surface, calibrationRatio(judged)] as const;
  });
  return Object.fromEntries(ratios);
}

function atOf(column: { at(row: number): number }): (_: unknown, row: number) => number {
  return (_, row) => column.at(row);
}
