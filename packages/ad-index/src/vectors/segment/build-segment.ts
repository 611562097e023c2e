/** From ads and their vectors to the parts of a segment: order, lists, quantised rows, centers. */
import { alignUp } from "../kernels/scan-state.ts";
import { checkBuildInput } from "./check-build-input.ts";
import { meansOf, spreadsOf } from "./list-facts.ts";
import { LIST_ROWS, listsOf, placeRows } from "./place-rows.ts";
import { ROW_OFFSET, rowScale } from "./quantise.ts";
import { quantiseCenters, quantiseRows } from "./quantise-rows.ts";
import { componentMax, rowSource } from "./row-source.ts";
import type { Metric, SegmentShape } from "./segment-shape.ts";

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
  /** Per row of the lists its place in the ascending order of ids, -1 for an empty row. */
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
  const source = rowSource(input, order.withVector);
  const { vectors, exactStride, components, lift } = source;
  const vectorCount = order.withVector.length;
  const listCount = clamp(input.listCount ?? Math.round(Math.sqrt(vectorCount)), 1, Math.max(1, vectorCount));
  const stride = alignUp(components, 16);
  const scale = rowScale(componentMax(source));

  const lists = listsOf(source, { scale, stride, vectorCount, listCount, metric, seed: input.seed ?? 1 });
  const { rowOfPlace, listWords, listSizes, vectorRows } = placeRows(lists, listCount);
  const size = vectorRows + alignUp(order.withoutVector.length, LIST_ROWS);

  const ids = new Float64Array(size).fill(-1);
  const ranks = new Int32Array(vectorRows).fill(-1);
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

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
