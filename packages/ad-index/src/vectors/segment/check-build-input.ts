import { hasBit, wordsFor } from "../../bits/bitset.ts";
import { badSegmentInput, zeroVector } from "../errors.ts";
import type { VectorSegmentInput } from "./build-segment.ts";

/** Places in the input, each part in ascending order of id: so the order of the input cannot be seen in the segment. */
export interface InputOrder {
  readonly withVector: Int32Array;
  readonly withoutVector: Int32Array;
}

/** Widest vector: wider ones would overflow the 32 bit sums of the kernels (65,536 products of at most 127 * 127). */
export const DIMENSIONS_MAX = 4_096;

/** Throws TENON1410 and TENON1411. */
export function checkBuildInput(input: VectorSegmentInput): InputOrder {
  const { ids, vectors, dimensions, present, listCount } = input;
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > DIMENSIONS_MAX)
    throw badSegmentInput("has no usable width", `1 to ${DIMENSIONS_MAX} dimensions`, String(dimensions));
  if (vectors.length !== ids.length * dimensions) {
    const expected = `${ids.length} rows of ${dimensions} components, ${ids.length * dimensions} in all`;
    throw badSegmentInput("has vectors of another count than ids", expected, String(vectors.length));
  }
  if (present !== undefined && present.length < wordsFor(ids.length))
    throw badSegmentInput("has a short bitmap of vectors", `${wordsFor(ids.length)} words`, String(present.length));
  if (listCount !== undefined && (!Number.isInteger(listCount) || listCount < 1))
    throw badSegmentInput("has no usable list count", "a positive integer", String(listCount));
  checkIds(ids);
  const sorted = Int32Array.from({ length: ids.length }, (_, place) => place).sort(
    (left, right) => (ids[left] as number) - (ids[right] as number),
  );
  for (let place = 1; place < sorted.length; place++) {
    const id = ids[sorted[place] as number] as number;
    if (id === ids[sorted[place - 1] as number])
      throw badSegmentInput(`has ad ${id} twice`, "one row per ad", "two rows");
  }
  const has = (place: number) => present === undefined || hasBit(present, place);
  for (const place of sorted) if (has(place)) checkVector(input, place);
  return { withVector: sorted.filter(has), withoutVector: sorted.filter((place) => !has(place)) };
}

function checkIds(ids: ArrayLike<number>): void {
  for (let place = 0; place < ids.length; place++) {
    const id = ids[place] as number;
    if (!Number.isSafeInteger(id) || id < 0)
      throw badSegmentInput(`has no usable id at place ${place}`, "a safe integer of 0 or more", String(id));
  }
}

function checkVector({ ids, vectors, dimensions, metric }: VectorSegmentInput, place: number): void {
  let size = 0;
  for (let axis = 0; axis < dimensions; axis++) {
    const component = vectors[place * dimensions + axis] as number;
    if (!Number.isFinite(component)) {
      const where = `has a component ${axis} of ad ${ids[place]} that is not finite`;
      throw badSegmentInput(where, "finite numbers", String(component));
    }
    size += Math.abs(component);
  }
  if (metric === "cosine" && size === 0) throw zeroVector(`ad ${ids[place]}`);
}
