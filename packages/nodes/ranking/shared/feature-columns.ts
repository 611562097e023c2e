/** Columns that more than one feature snapshot holds, so that a feature of one name is computed in one place. */
import { type CandidateBatch, F32Writer, type F32Column, type I32Column, I32Writer, type U8Column } from "@tenon/graph-core";
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
  for (let row = 0; row < scores.length; row++) known.set(row, (sources.at(row) & bit) === 0 ? Number.NaN : scores.at(row));
  return known.seal();
}

/** For each candidate its row in the batch that its counts belong to. The way there is walked once, not once per count. */
export function rowsIn(ancestor: CandidateBatch, ads: CandidateBatch): I32Column {
  const identity = new I32Writer(ancestor.size);
  for (let row = 0; row < ancestor.size; row++) identity.set(row, row);
  return ads.align(identity.seal(), ancestor);
}

/** `counts` at `rows`. */
export function countsAt(counts: I32Column, rows: I32Column): I32Column {
  const gathered = new I32Writer(rows.length);
  for (let row = 0; row < rows.length; row++) gathered.set(row, counts.at(rows.at(row)));
  return gathered.seal();
}
