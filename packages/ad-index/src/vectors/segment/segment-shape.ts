/** What a segment is, as plain data that travels to workers and into files. Workers load this file: it imports no package. */
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

/** Components of a quantised row: one more under l2. */
export function componentsOf(shape: Pick<SegmentShape, "dimensions" | "metric">): number {
  return shape.dimensions + (shape.metric === "l2" ? 1 : 0);
}
