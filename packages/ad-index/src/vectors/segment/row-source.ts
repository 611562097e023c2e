/** Vectors of a build in the order of ids, as every later step reads them. */
import { strideOf } from "../vector-table.ts";
import type { VectorSegmentInput } from "./build-segment.ts";
import { componentsOf, type Lift } from "./segment-shape.ts";

/** Vectors in the order of ids, with the component that a metric adds. */
export interface RowSource {
  readonly vectors: Float32Array;
  readonly exactStride: number;
  readonly dimensions: number;
  readonly components: number;
  readonly lift: Lift | null;
}

/** `order`: places of the input that have a vector, by id. Lengths become 1 under cosine. */
export function rowSource(input: VectorSegmentInput, order: Int32Array): RowSource {
  const { dimensions, metric } = input;
  const exactStride = strideOf(dimensions);
  const vectors = orderedVectors(input, order, exactStride);
  const lift = metric === "l2" ? liftOf(vectors, exactStride) : null;
  return { vectors, exactStride, dimensions, components: componentsOf(input), lift };
}

/** Size of the greatest component. */
export function componentMax({ vectors, exactStride, lift }: RowSource): number {
  return Math.max(maxSize(vectors), lift === null ? 0 : liftedMax(vectors, exactStride, lift));
}

export function componentAt(
  { vectors, exactStride, dimensions, lift }: RowSource,
  place: number,
  axis: number,
): number {
  if (axis < dimensions || lift === null) return vectors[place * exactStride + axis] as number;
  return lift.factor * (halfSquares(vectors, place * exactStride, exactStride) - lift.middle);
}

function orderedVectors(input: VectorSegmentInput, order: Int32Array, exactStride: number): Float32Array {
  const { dimensions, vectors, metric } = input;
  const ordered = new Float32Array(order.length * exactStride);
  for (let place = 0; place < order.length; place++) {
    const from = (order[place] as number) * dimensions;
    const to = place * exactStride;
    let squares = 0;
    for (let axis = 0; axis < dimensions; axis++) squares += (vectors[from + axis] as number) ** 2;
    const divisor = metric === "cosine" ? Math.sqrt(squares) : 1;
    for (let axis = 0; axis < dimensions; axis++) ordered[to + axis] = (vectors[from + axis] as number) / divisor;
  }
  return ordered;
}

function halfSquares(vectors: Float32Array, from: number, length: number): number {
  let squares = 0;
  for (let at = from; at < from + length; at++) squares += (vectors[at] as number) ** 2;
  return squares / 2;
}

function maxSize(values: Float32Array): number {
  let max = 0;
  for (let at = 0; at < values.length; at++) max = Math.max(max, Math.abs(values[at] as number));
  return max;
}

function liftOf(vectors: Float32Array, exactStride: number): Lift {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let at = 0; at < vectors.length; at += exactStride) {
    const half = halfSquares(vectors, at, exactStride);
    least = Math.min(least, half);
    most = Math.max(most, half);
  }
  if (vectors.length === 0 || most === least) return { factor: 1, middle: vectors.length === 0 ? 0 : most };
  return { factor: maxSize(vectors) / ((most - least) / 2), middle: (most + least) / 2 };
}

function liftedMax(vectors: Float32Array, exactStride: number, lift: Lift): number {
  let max = 0;
  for (let at = 0; at < vectors.length; at += exactStride)
    max = Math.max(max, Math.abs(lift.factor * (halfSquares(vectors, at, exactStride) - lift.middle)));
  return max;
}
