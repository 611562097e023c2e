/** What a segment is, as plain data that travels to workers and into files, and where its parts lie in the shared memory. */
import { wordsFor } from "../../bits/bitset.ts";
import { segmentTooLarge } from "../errors.ts";
import { alignUp, type ScratchLayout, scratchLayout } from "../kernels/scan-state.ts";
import type { Quantisation } from "./quantise.ts";

/** How two vectors are compared. Greater scores are better: an l2 score is the negated squared distance. */
export type Metric = "cosine" | "innerProduct" | "l2";

/** Facts of a segment. Rows 0 to `vectorRows` are list by list; rows behind them have no vector. */
export interface SegmentShape {
  readonly metric: Metric;
  readonly dimensions: number;
  readonly embeddingVersion: string;
  /** All rows, empty ones included; a multiple of 32. */
  readonly size: number;
  /** Rows of lists, empty ones included; a multiple of 32. */
  readonly vectorRows: number;
  /** Rows that hold a vector. */
  readonly vectorCount: number;
  readonly listCount: number;
  /** Bytes of a quantised row: its components, padded to a multiple of 16. */
  readonly stride: number;
  /** Components of an exact row, padded to a multiple of 4 (rule V1). */
  readonly exactStride: number;
  readonly rows: Quantisation;
  readonly centers: Quantisation;
  /** Only for l2, see {@link Lift}. */
  readonly lift: Lift | null;
}

/**
 * Distances as inner products: -|q - x|^2 = 2 (q.x - |x|^2 / 2) - |q|^2. A row gets one more component, factor (|x|^2 / 2 - middle),
 * a query -1 / factor. The factor keeps the new component within the range of the others, so that it costs them no levels.
 */
export interface Lift {
  readonly factor: number;
  readonly middle: number;
}

/** Byte addresses. */
export interface SegmentLayout {
  readonly rows: number;
  readonly exact: number;
  readonly ranks: number;
  readonly centers: number;
  readonly present: number;
  readonly bitmaps: number;
  readonly bitmapBytes: number;
  readonly bitmapsMax: number;
  readonly scratch: readonly ScratchLayout[];
  readonly bytes: number;
}

/** WebAssembly memories end at 4 GB; the last page is left out, so that no end address needs a 33rd bit. */
const SEGMENT_BYTES_MAX = 2 ** 32 - 65_536;
const LINE_BYTES = 64;

/** Components of a quantised row: one more under l2. */
export function componentsOf(shape: Pick<SegmentShape, "dimensions" | "metric">): number {
  return shape.dimensions + (shape.metric === "l2" ? 1 : 0);
}

export interface SegmentBounds {
  /** Bitmaps that can be out at the same time. */
  readonly bitmapsMax: number;
  /** Searches that can run at the same time: one on this thread, the others in workers. */
  readonly searchersMax: number;
}

/** Throws TENON1413. */
export function segmentLayout(shape: SegmentShape, { bitmapsMax, searchersMax }: SegmentBounds): SegmentLayout {
  // Address 0 stays unused, so that a forgotten address is not somebody's data.
  let next = LINE_BYTES;
  const take = (bytes: number) => {
    const place = next;
    next += alignUp(bytes, LINE_BYTES);
    return place;
  };
  const bitmapBytes = alignUp(wordsFor(shape.size) * 4, LINE_BYTES);
  const layout = {
    rows: take(shape.vectorRows * shape.stride),
    exact: take(shape.vectorRows * shape.exactStride * 4),
    ranks: take(shape.vectorRows * 4),
    centers: take(alignUp(shape.listCount, 4) * shape.stride),
    present: take(bitmapBytes),
    bitmaps: take(bitmapsMax * bitmapBytes),
  };
  const scratch = Array.from({ length: searchersMax }, () => {
    const area = scratchLayout(next, shape.stride, shape.exactStride, shape.listCount);
    next += area.bytes;
    return area;
  });
  if (next > SEGMENT_BYTES_MAX) throw segmentTooLarge(next, SEGMENT_BYTES_MAX);
  return { ...layout, bitmapBytes, bitmapsMax, scratch, bytes: next };
}
