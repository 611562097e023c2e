/** From ads and their vectors to the parts of a segment: order, lists, quantised rows, centers. */
import { wordsFor } from "../../bits/bitset.ts";
import { bindKernels } from "../kernels/kernels.ts";
import { alignUp } from "../kernels/scan-state.ts";
import { sharedMemory } from "../kernels/wasm.ts";
import { strideOf } from "../vector-table.ts";
import { checkBuildInput } from "./check-build-input.ts";
import { sampleSize, trainLists } from "./k-means.ts";
import { type Quantisation, quantiseComponent, ROW_OFFSET, rowScale } from "./quantise.ts";
import type { Lift, Metric, SegmentShape } from "./segment-layout.ts";

/** Rows of one word of a bitmap: lists begin at a word. */
const LIST_ROWS = 32;

export interface VectorSegmentInput {
  /** Distinct ids, integers of 0 or more. The order of the ads does not matter. */
  readonly ids: ArrayLike<number>;
  /** `dimensions` components per ad, in the order of `ids`. Copied. */
  readonly vectors: Float32Array;
  readonly dimensions: number;
  readonly metric: Metric;
  readonly embeddingVersion: string;
  /** Bit i set: ad i has a vector. All have one when absent. Components of the others are not read. */
  readonly present?: Int32Array | undefined;
  /** Inverted lists; round(sqrt(ads with a vector)) when absent. */
  readonly listCount?: number | undefined;
  /** Seed of the training sample. */
  readonly seed?: number | undefined;
}

/** Contents of a segment before they are laid into one memory. */
export interface SegmentParts {
  readonly shape: SegmentShape;
  /** Ad id per row, -1 for an empty row. */
  readonly ids: Float64Array;
  /** Per row of the lists its place in the ascending order of ids. */
  readonly ranks: Int32Array;
  readonly rows: Int8Array;
  readonly exact: Float32Array;
  /** First word of each list, and the end of the last. */
  readonly listWords: Int32Array;
  readonly listSizes: Int32Array;
  readonly centers: Int8Array;
  /** Root mean square distance of a list's rows from its center. */
  readonly spreads: Float32Array;
}

export interface BuiltParts {
  readonly parts: SegmentParts;
  /** Row of each ad, in the order of the input. */
  readonly rowOfInput: Int32Array;
}

/** Throws TENON1410 for input that is no segment, TENON1411 for a zero vector under cosine. */
export function buildSegmentParts(input: VectorSegmentInput): BuiltParts {
  const order = checkBuildInput(input);
  const { dimensions, metric } = input;
  const exactStride = strideOf(dimensions);
  const vectorCount = order.withVector.length;
  const vectors = orderedVectors(input, order.withVector, exactStride);
  const listCount = Math.max(
    1,
    Math.min(input.listCount ?? Math.round(Math.sqrt(vectorCount)), Math.max(1, vectorCount)),
  );
  const components = dimensions + (metric === "l2" ? 1 : 0);
  const stride = alignUp(components, 16);
  const lift = metric === "l2" ? liftOf(vectors, exactStride) : null;
  const scale = rowScale(Math.max(maxSize(vectors), lift === null ? 0 : liftedMax(vectors, exactStride, lift)));
  const source: RowSource = { vectors, exactStride, dimensions, components, lift };

  const lists = listsOf(source, { scale, stride, vectorCount, listCount, metric, seed: input.seed ?? 1 });
  const { rowOfPlace, listWords, listSizes, vectorRows } = placeRows(lists, listCount);
  const size = vectorRows + alignUp(order.withoutVector.length, LIST_ROWS);

  const ids = new Float64Array(size).fill(-1);
  const ranks = new Int32Array(vectorRows);
  const rowOfInput = new Int32Array(input.ids.length);
  const rows = new Int8Array(vectorRows * stride).fill(ROW_OFFSET);
  const exact = new Float32Array(vectorRows * exactStride);
  for (let place = 0; place < vectorCount; place++) {
    const row = rowOfPlace[place] as number;
    const given = order.withVector[place] as number;
    ids[row] = input.ids[given] as number;
    ranks[row] = place;
    rowOfInput[given] = row;
    exact.set(vectors.subarray(place * exactStride, (place + 1) * exactStride), row * exactStride);
  }
  for (const [place, given] of order.withoutVector.entries()) {
    ids[vectorRows + place] = input.ids[given] as number;
    rowOfInput[given] = vectorRows + place;
  }
  const quantised = quantiseRows(source, rowOfPlace, rows, stride, scale);
  const means = meansOf(source, lists, listSizes);
  const centers = quantiseCenters(means, listCount, components, stride);
  const shape: SegmentShape = {
    metric,
    dimensions,
    embeddingVersion: input.embeddingVersion,
    size,
    vectorRows,
    vectorCount,
    listCount,
    stride,
    exactStride,
    rows: quantised,
    centers: centers.quantisation,
    lift,
  };
  const spreads = spreadsOf(source, lists, means, listSizes);
  return {
    parts: { shape, ids, ranks, rows, exact, listWords, listSizes, centers: centers.bytes, spreads },
    rowOfInput,
  };
}

/** Vectors in the order of ids, with the component that a metric adds. */
interface RowSource {
  readonly vectors: Float32Array;
  readonly exactStride: number;
  readonly dimensions: number;
  readonly components: number;
  readonly lift: Lift | null;
}

function componentAt({ vectors, exactStride, dimensions, lift }: RowSource, place: number, axis: number): number {
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

/** The list of each vector, in the order of ids. */
function listsOf(
  source: RowSource,
  plan: {
    readonly scale: number;
    readonly stride: number;
    readonly vectorCount: number;
    readonly listCount: number;
    readonly metric: Metric;
    readonly seed: number;
  },
): Int32Array {
  const { scale, stride, vectorCount, listCount } = plan;
  const padded = alignUp(vectorCount, 4);
  const sampleRows = alignUp(sampleSize(vectorCount, listCount), 4);
  const rows = 64;
  const sample = rows + padded * stride;
  const centers = sample + sampleRows * stride;
  const biases = centers + listCount * stride;
  const lists = alignUp(biases + listCount * 4, 16);
  const memory = sharedMemory(lists + padded * 4);
  const bytes = new Int8Array(memory.buffer, rows, (padded + sampleRows) * stride).fill(ROW_OFFSET);
  for (let place = 0; place < vectorCount; place++) {
    for (let axis = 0; axis < source.dimensions; axis++)
      bytes[place * stride + axis] = quantiseComponent(
        source.vectors[place * source.exactStride + axis] as number,
        scale,
      );
  }
  return trainLists(
    {
      vectors: source.vectors,
      exactStride: source.exactStride,
      dimensions: source.dimensions,
      rowCount: vectorCount,
      spherical: plan.metric !== "l2",
      seed: plan.seed,
    },
    listCount,
    { memory, kernels: bindKernels(memory), rows, stride, scale, centers, biases, lists },
    sample,
  );
}

/** Rows list by list, ids ascending within a list, each list from a new word on. */
function placeRows(lists: Int32Array, listCount: number) {
  const listSizes = new Int32Array(listCount);
  for (const list of lists) listSizes[list] = (listSizes[list] as number) + 1;
  const listWords = new Int32Array(listCount + 1);
  for (let list = 0; list < listCount; list++)
    listWords[list + 1] = (listWords[list] as number) + wordsFor(listSizes[list] as number);
  const next = Int32Array.from(listWords, (word) => word * LIST_ROWS);
  const rowOfPlace = new Int32Array(lists.length);
  for (let place = 0; place < lists.length; place++) {
    const list = lists[place] as number;
    rowOfPlace[place] = next[list] as number;
    next[list] = (next[list] as number) + 1;
  }
  return { rowOfPlace, listWords, listSizes, vectorRows: (listWords[listCount] as number) * LIST_ROWS };
}

function quantiseRows(
  source: RowSource,
  rowOfPlace: Int32Array,
  rows: Int8Array,
  stride: number,
  scale: number,
): Quantisation {
  let errorMax = 0;
  let stepsMax = 0;
  let normMax = 0;
  for (let place = 0; place < rowOfPlace.length; place++) {
    const at = (rowOfPlace[place] as number) * stride;
    let error = 0;
    let steps = 0;
    let norm = 0;
    for (let axis = 0; axis < source.components; axis++) {
      const component = componentAt(source, place, axis);
      const byte = quantiseComponent(component, scale);
      rows[at + axis] = byte;
      const step = byte - ROW_OFFSET;
      error += (component - step * scale) ** 2;
      steps += step * step;
      norm += component * component;
    }
    errorMax = Math.max(errorMax, error);
    stepsMax = Math.max(stepsMax, steps);
    normMax = Math.max(normMax, norm);
  }
  return { scale, errorMax: Math.sqrt(errorMax), stepsMax: Math.sqrt(stepsMax), normMax: Math.sqrt(normMax) };
}

/** Mean of each list's rows: its product with a query is the mean score of the list. */
function meansOf(source: RowSource, lists: Int32Array, listSizes: Int32Array): Float64Array {
  const { components } = source;
  const means = new Float64Array(listSizes.length * components);
  for (let place = 0; place < lists.length; place++) {
    const at = (lists[place] as number) * components;
    for (let axis = 0; axis < components; axis++)
      means[at + axis] = (means[at + axis] as number) + componentAt(source, place, axis);
  }
  for (let list = 0; list < listSizes.length; list++) {
    const count = Math.max(1, listSizes[list] as number);
    for (let axis = 0; axis < components; axis++)
      means[list * components + axis] = (means[list * components + axis] as number) / count;
  }
  return means;
}

function spreadsOf(source: RowSource, lists: Int32Array, means: Float64Array, listSizes: Int32Array): Float32Array {
  const { components } = source;
  const squares = new Float64Array(listSizes.length);
  for (let place = 0; place < lists.length; place++) {
    const list = lists[place] as number;
    let sum = 0;
    for (let axis = 0; axis < components; axis++)
      sum += (componentAt(source, place, axis) - (means[list * components + axis] as number)) ** 2;
    squares[list] = (squares[list] as number) + sum;
  }
  return Float32Array.from(squares, (sum, list) => Math.sqrt(sum / Math.max(1, listSizes[list] as number)));
}

function quantiseCenters(means: Float64Array, listCount: number, components: number, stride: number) {
  let max = 0;
  for (const component of means) max = Math.max(max, Math.abs(component));
  const scale = rowScale(max);
  const bytes = new Int8Array(alignUp(listCount, 4) * stride).fill(ROW_OFFSET);
  let errorMax = 0;
  let stepsMax = 0;
  let normMax = 0;
  for (let list = 0; list < listCount; list++) {
    let error = 0;
    let steps = 0;
    let norm = 0;
    for (let axis = 0; axis < components; axis++) {
      const component = means[list * components + axis] as number;
      const byte = quantiseComponent(component, scale);
      bytes[list * stride + axis] = byte;
      error += (component - (byte - ROW_OFFSET) * scale) ** 2;
      steps += (byte - ROW_OFFSET) ** 2;
      norm += component ** 2;
    }
    errorMax = Math.max(errorMax, error);
    stepsMax = Math.max(stepsMax, steps);
    normMax = Math.max(normMax, norm);
  }
  const quantisation: Quantisation = {
    scale,
    errorMax: Math.sqrt(errorMax),
    stepsMax: Math.sqrt(stepsMax),
    normMax: Math.sqrt(normMax),
  };
  return { bytes, quantisation };
}
