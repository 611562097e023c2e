/**
 * Sums of gradient, curvature and rows per bin, for the rows of one leaf: all that choosing a split needs to know.
 * Layout: feature after feature, bin after bin (the missing bin last), three numbers per bin.
 */
import type { BinnedFeature } from "./bins.ts";

/** Numbers per bin: gradient, curvature, rows. */
export const BIN_SIZE = 3;

export interface HistogramLayout {
  /** Where each feature's first bin starts. */
  readonly starts: readonly number[];
  readonly length: number;
}

export function histogramLayout(features: readonly BinnedFeature[]): HistogramLayout {
  const starts: number[] = [];
  let length = 0;
  for (const feature of features) {
    starts.push(length);
    length += (feature.binCount + 1) * BIN_SIZE;
  }
  return { starts, length };
}

/** Row-ordered gradients of a leaf: gathered once, then read by every feature. */
export interface LeafGradients {
  readonly rows: Int32Array;
  readonly gradients: Float64Array;
  readonly curvatures: Float64Array;
}

/** Sums the rows of a leaf into a new histogram. */
export function sumHistogram(
  layout: HistogramLayout,
  features: readonly BinnedFeature[],
  leaf: LeafGradients,
): Float64Array {
  const histogram = new Float64Array(layout.length);
  for (const [index, feature] of features.entries())
    sumFeature(histogram, layout.starts[index] as number, feature.bins, leaf);
  return histogram;
}

/** The histogram of the other child: what the parent has more than this one. */
export function subtractHistogram(parent: Float64Array, child: Float64Array): Float64Array {
  return parent.map((value, index) => value - (child[index] as number));
}

function sumFeature(histogram: Float64Array, start: number, bins: Uint8Array, leaf: LeafGradients): void {
  const { rows, gradients, curvatures } = leaf;
  for (let index = 0; index < rows.length; index++) {
    const at = start + (bins[rows[index] as number] as number) * BIN_SIZE;
    histogram[at] = (histogram[at] as number) + (gradients[index] as number);
    histogram[at + 1] = (histogram[at + 1] as number) + (curvatures[index] as number);
    histogram[at + 2] = (histogram[at + 2] as number) + 1;
  }
}
