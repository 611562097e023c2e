/** Grows one tree, best leaf first, on binned features. */
import type { Tree } from "../artefact/model-artefact.ts";
import type { BinnedFeature } from "./bins.ts";
import { findSplit, type LeafSums, leafValue, type Split, type SplitLimits } from "./find-split.ts";
import { type HistogramLayout, subtractHistogram, sumHistogram } from "./histogram.ts";

export interface TreeLimits extends SplitLimits {
  readonly leavesMax: number;
  readonly depthMax: number;
  /** What a leaf's Newton step is multiplied by. */
  readonly learningRate: number;
}

export interface Gradients {
  readonly gradients: Float64Array;
  readonly curvatures: Float64Array;
}

/** A leaf that may still be split. */
interface OpenLeaf {
  readonly rows: Int32Array;
  readonly sums: LeafSums;
  readonly depth: number;
  readonly histogram: Float64Array | undefined;
  readonly split: Split | undefined;
  /** Where this leaf hangs: its parent split, and the side. -1 for the root. */
  readonly parent: number;
  readonly side: "left" | "right";
}

export interface GrownTree {
  /** Splits in order of growth; children as in the artefact (`>= 0` split, `< 0` leaf `~child`). */
  readonly splits: readonly Split[];
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly leaves: readonly number[];
}

/** Grows a tree on the given rows (ascending). */
export function growTree(
  features: readonly BinnedFeature[],
  layout: HistogramLayout,
  rows: Int32Array,
  gradients: Gradients,
  limits: TreeLimits,
): GrownTree {
  const open: OpenLeaf[] = [openLeaf(rows, 0, undefined, -1, "left")];
  const splits: Split[] = [];
  const left = new Int32Array(limits.leavesMax);
  const right = new Int32Array(limits.leavesMax);
  while (open.length < limits.leavesMax) {
    const leaf = takeBest(open);
    if (leaf?.split === undefined) break;
    const number = splits.push(leaf.split) - 1;
    if (leaf.parent >= 0) (leaf.side === "left" ? left : right)[leaf.parent] = number;
    open.push(...divide(leaf, leaf.split, number));
  }
  const leaves = open.map((leaf, index) => {
    if (leaf.parent >= 0) (leaf.side === "left" ? left : right)[leaf.parent] = ~index;
    return limits.learningRate * leafValue(leaf.sums, limits.l2);
  });
  return { splits, left: left.slice(0, splits.length), right: right.slice(0, splits.length), leaves };

  function divide(leaf: OpenLeaf, split: Split, number: number): readonly OpenLeaf[] {
    const [leftRows, rightRows] = partition(leaf.rows, features[split.feature] as BinnedFeature, split);
    const depth = leaf.depth + 1;
    // Only the smaller child is summed: the other is the difference. That halves the work of a tree.
    const smallerIsLeft = leftRows.length <= rightRows.length;
    const smaller = openLeaf(
      smallerIsLeft ? leftRows : rightRows,
      depth,
      undefined,
      number,
      smallerIsLeft ? "left" : "right",
    );
    const rest = leaf.histogram && smaller.histogram && subtractHistogram(leaf.histogram, smaller.histogram);
    const larger = openLeaf(
      smallerIsLeft ? rightRows : leftRows,
      depth,
      rest,
      number,
      smallerIsLeft ? "right" : "left",
    );
    return smallerIsLeft ? [smaller, larger] : [larger, smaller];
  }

  function openLeaf(
    members: Int32Array,
    depth: number,
    known: Float64Array | undefined,
    parent: number,
    side: "left" | "right",
  ): OpenLeaf {
    const own = gatherGradients(members, gradients);
    const sums = { gradient: total(own.gradients), curvature: total(own.curvatures), rows: members.length };
    const histogram = depth < limits.depthMax ? (known ?? sumHistogram(layout, features, own)) : undefined;
    const large = members.length >= 2 * limits.rowsPerLeafMin;
    const split = large && histogram ? findSplit(histogram, layout, features, sums, limits) : undefined;
    return { rows: members, sums, depth, histogram, split, parent, side };
  }
}

/** Whether a row of this bin goes left. */
export function goesLeft(split: Split, feature: BinnedFeature, bin: number): boolean {
  if (bin === feature.binCount) return split.missingLeft;
  return feature.kind === "numbers" ? bin <= split.bin : split.leftBins.includes(bin);
}

/** The tree in artefact form. `internSet` gives the index of a set of codes in the artefact's list. */
export function treeOf(
  grown: GrownTree,
  features: readonly BinnedFeature[],
  internSet: (codes: readonly number[]) => number,
): Tree {
  const featureOf = (split: Split) => features[split.feature] as BinnedFeature;
  return {
    feature: grown.splits.map((split) => split.feature),
    threshold: grown.splits.map((split) => (split.bin < 0 ? 0 : finite(featureOf(split).upper[split.bin] as number))),
    categorySet: grown.splits.map((split) => {
      if (split.bin >= 0) return -1;
      const { codes } = featureOf(split);
      return internSet(split.leftBins.map((bin) => codes[bin] as number).sort((left, right) => left - right));
    }),
    missingLeft: grown.splits.map((split) => split.missingLeft),
    left: [...grown.left],
    right: [...grown.right],
    leaf: [...grown.leaves],
  };
}

/** The bound of the last bin is Infinity: such a split parts missing from present values only. */
function finite(bound: number): number {
  return Math.min(bound, Number.MAX_VALUE);
}

/** Takes out the open leaf of highest gain; the earliest one wins a tie. */
function takeBest(open: OpenLeaf[]): OpenLeaf | undefined {
  let best = -1;
  for (const [index, leaf] of open.entries()) {
    if (leaf.split !== undefined && leaf.split.gain > (open[best]?.split?.gain ?? Number.NEGATIVE_INFINITY))
      best = index;
  }
  return best < 0 ? undefined : open.splice(best, 1)[0];
}

/** Both sides keep the order of rows, so that every sum is taken in one order. */
function partition(rows: Int32Array, feature: BinnedFeature, split: Split): readonly [Int32Array, Int32Array] {
  const left = Uint8Array.from({ length: feature.binCount + 1 }, (_, bin) => Number(goesLeft(split, feature, bin)));
  const sorted = new Int32Array(rows.length);
  let leftCount = 0;
  for (const row of rows) if (left[feature.bins[row] as number] === 1) sorted[leftCount++] = row;
  let end = leftCount;
  for (const row of rows) if (left[feature.bins[row] as number] === 0) sorted[end++] = row;
  return [sorted.subarray(0, leftCount), sorted.subarray(leftCount)];
}

function gatherGradients(rows: Int32Array, { gradients, curvatures }: Gradients) {
  const own = { rows, gradients: new Float64Array(rows.length), curvatures: new Float64Array(rows.length) };
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number;
    own.gradients[index] = gradients[row] as number;
    own.curvatures[index] = curvatures[row] as number;
  }
  return own;
}

function total(values: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] as number;
  return sum;
}
