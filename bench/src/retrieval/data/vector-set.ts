/** Vectors with the attributes that filters ask for. Ids are places: vector `id` starts at `id * dimensions`. */
export interface VectorSet {
  /** Digest of what made it: equal names hold equal bytes. */
  readonly digest: string;
  readonly count: number;
  readonly dimensions: number;
  /** Unit length each. */
  readonly vectors: Float32Array;
  /** Cluster or genre of each id. */
  readonly groups: Uint16Array;
  /** Two attributes without any relation to the vectors, uniform in [0, ATTRIBUTE_VALUES). */
  readonly first: Uint32Array;
  readonly second: Uint32Array;
}

/** Held-out vectors of the same source, with the group each came from. */
export interface QuerySet {
  readonly vectors: readonly Float32Array[];
  readonly groups: readonly number[];
}

/** Values of an attribute: fine enough for a range of 0.1 % of a million ads. */
export const ATTRIBUTE_VALUES = 1 << 20;

export function vectorOf({ vectors, dimensions }: VectorSet, id: number): Float32Array {
  return vectors.subarray(id * dimensions, (id + 1) * dimensions);
}

/** Scales `vector` to unit length, in place. */
export function normalise(vector: Float32Array): void {
  let square = 0;
  for (let axis = 0; axis < vector.length; axis++) square += (vector[axis] as number) ** 2;
  const scale = 1 / Math.sqrt(square);
  for (let axis = 0; axis < vector.length; axis++) vector[axis] = (vector[axis] as number) * scale;
}
