/** Columns that more than one feature snapshot holds, so that a feature of one name is computed in one place. */
import { type CandidateBatch, type F32Column, F32Writer, I32Column, I32Writer, type U8Column } from "@tenon/graph-core";
import { SOURCE_BITS, type SourceName } from "../../retrieval/ad-columns.ts";

/** 1 where the source found the ad. */
export function foundBy(sources: U8Column, source: SourceName): I32Column {
  const bit = SOURCE_BITS[source];
  const flags = new I32Writer(sources.length);
  for (let row = 0; row < sources.length; row++) flags.set(row, (sources.at(row) & bit) === 0 ? 0 : 1);
  return flags.seal();
}

/** The source's score where it found the ad, NaN (missing) elsewhere: 0 would be a score. */
export function scoreFrom(scores: F32Column, sources: U8Column, source: SourceName): F32Column {
  const bit = SOURCE_BITS[source];
  const known = new F32Writer(scores.length);
  for (let row = 0; row < scores.length; row++)
    known.set(row, (sources.at(row) & bit) === 0 ? Number.NaN : scores.at(row));
  return known.seal();
}

/**
 * For each candidate its row in an earlier batch. The way there is walked once, not once per count.
 * Throws when `ads` was not selected from `ancestor`.
 */
export function rowsIn(ancestor: CandidateBatch, ads: CandidateBatch): I32Column {
  const rows = new Int32Array(ads.size);
  for (let row = 0; row < rows.length; row++) rows[row] = row;
  let step = ads;
  while (!step.sharesRows(ancestor)) {
    const { origin } = step;
    if (origin === undefined) throw new Error("the counts belong to candidates that these were not selected from");
    for (let row = 0; row < rows.length; row++) rows[row] = origin.rows.at(rows[row] as number);
    step = origin.batch;
  }
  return I32Column.from(rows);
}

/** `counts` at `rows`. */
export function countsAt(counts: I32Column, rows: I32Column): I32Column {
  const gathered = new I32Writer(rows.length);
  for (let row = 0; row < rows.length; row++) gathered.set(row, counts.at(rows.at(row)));
  return gathered.seal();
}
