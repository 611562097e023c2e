/** The AND of a query's two bitmaps, for contenders that take one filter. */
import { ALL, bitmapOf, type Filter } from "../data/filters.ts";
import type { VectorSet } from "../data/vector-set.ts";

/** The two bitmaps of a filter by ad id; undefined when every ad passes, so that an engine can leave its filter away. */
export type Bitmaps = readonly [Int32Array, Int32Array] | undefined;

export function bitmapsOf(filter: Filter, set: VectorSet): Bitmaps {
  if (filter === ALL) return undefined;
  return [bitmapOf(filter[0], set), bitmapOf(filter[1], set)];
}

/** into := one ∩ other. All of one length. */
export function intersect(one: Int32Array, other: Int32Array, into: Int32Array): void {
  for (let word = 0; word < into.length; word++) into[word] = (one[word] as number) & (other[word] as number);
}
