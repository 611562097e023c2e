import type { F32Column } from "@tenon/graph-core";

/** Whether a vector says nothing: no word or interest behind it was known. */
export function isZero(vector: F32Column): boolean {
  for (let axis = 0; axis < vector.length; axis++) if (vector.at(axis) !== 0) return false;
  return true;
}
