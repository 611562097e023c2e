/** The arrays behind values that guard their own: what a checked run copies and compares. */
import { batchStorage, CandidateBatch } from "./candidate-batch.ts";
import { type Column, columnValues } from "./column.ts";
import { FeatureSnapshot, snapshotArrays } from "./feature-snapshot.ts";
import { ModelScores } from "./model-scores.ts";

/** A value that guards arrays of its own. */
export type Guarded = Column | CandidateBatch | FeatureSnapshot | ModelScores;

/** Every array that the value rests on, those of the batches it came from included. Lazily gathered columns are not. */
export function visitArrays(value: Guarded, visit: (array: ArrayBufferView) => void): void {
  if (value instanceof CandidateBatch) visitBatch(value, visit);
  else if (value instanceof FeatureSnapshot) snapshotArrays(value).forEach(visit);
  else visit(columnValues(value instanceof ModelScores ? value.margins : value));
}

function visitBatch(batch: CandidateBatch, visit: (array: ArrayBufferView) => void): void {
  for (let each: CandidateBatch | undefined = batch; each !== undefined; ) {
    const { ids, own, source } = batchStorage(each);
    visit(columnValues(ids));
    for (const name in own) visit(columnValues(own[name] as Column));
    if (source?.rows !== undefined) visit(source.rows);
    each = source?.batch;
  }
}
