import { SEARCH_ADS_MAX } from "../../api.ts";
import { badLimit, badVector, embeddingVersionDiffers } from "../../errors.ts";
import type { AnnQuery } from "../ann-index.ts";
import { badSearch, zeroVector } from "../errors.ts";
import { FILTERS_MAX } from "../kernels/scan-state.ts";
import type { SegmentShape } from "../segment/segment-shape.ts";

/** Refuses what no search can answer: TENON1400, 1401, 1402, 1419. */
export function checkQuery(query: AnnQuery, shape: SegmentShape): void {
  const { k, vector, embeddingVersion, filters, matches, timeBudgetMs } = query;
  if (!Number.isInteger(k) || k < 0 || k > SEARCH_ADS_MAX) throw badLimit(k, SEARCH_ADS_MAX);
  if (embeddingVersion !== shape.embeddingVersion)
    throw embeddingVersionDiffers(embeddingVersion, shape.embeddingVersion);
  if (vector.length !== shape.dimensions)
    throw badVector(`has ${vector.length} components`, `${shape.dimensions} components`, String(vector.length));
  for (let axis = 0; axis < vector.length; axis++) {
    if (!Number.isFinite(vector[axis]))
      throw badVector(`is not finite at component ${axis}`, "finite numbers", String(vector[axis]));
  }
  if (filters.length >= FILTERS_MAX)
    throw badSearch("has too many filters", `at most ${FILTERS_MAX - 1} bitmaps`, String(filters.length));
  if (matches !== undefined && (!Number.isInteger(matches) || matches < 0))
    throw badSearch("names no count of matches", "an integer of 0 or more", String(matches));
  if (timeBudgetMs !== undefined && !(timeBudgetMs >= 0))
    throw badSearch("has no usable time budget", "milliseconds of 0 or more", String(timeBudgetMs));
}

/** Writes the query as it is scored: padded, and of unit length under cosine. Throws TENON1411. */
export function writeQuery(vector: ArrayLike<number>, shape: SegmentShape, into: Float64Array): void {
  let squares = 0;
  for (let axis = 0; axis < vector.length; axis++) {
    const component = vector[axis] as number;
    into[axis] = component;
    squares += component * component;
  }
  if (shape.metric !== "cosine") return;
  if (squares === 0) throw zeroVector("the query");
  const length = Math.sqrt(squares);
  for (let axis = 0; axis < vector.length; axis++) into[axis] = (into[axis] as number) / length;
}
