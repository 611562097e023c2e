import type { TrainingData } from "../src/train/training-data.ts";

/** Labelled impressions from anywhere. A module given to `train-click-model.ts --rows` exports `clickRows(seed)`. */
export interface ClickRows {
  /** Where the rows come from, in words; goes into the artefact. */
  readonly data: string;
  readonly rows: TrainingData;
  /** Surface of every row. */
  readonly surfaces: readonly string[];
  /** Request of every row: rows of one request are never split between training and judging. */
  readonly groups?: Int32Array;
  /** True margins, where rows are simulated: the best any model can do is measured with them. */
  readonly truth?: Float64Array;
}

export interface ClickRowsModule {
  readonly clickRows: (options: { readonly seed: number; readonly count: number }) => ClickRows | Promise<ClickRows>;
}
