/**
 * Walks a block of rows through a forest, four rows side by side: their loads and compares overlap, and no branch
 * depends on a row's values. Per row the leaves are added in file order of the trees, whatever the block.
 */
import type { FeatureBlock } from "../feature-block.ts";
import type { Forest } from "./forest.ts";

/** Sums of leaves, one per row of a block. A Float32Array rounds every sum to float32, as float32 models do. */
export type Sums = Float64Array | Float32Array;

/**
 * Adds every tree's leaf to `sums[row]`, for the first `rows` rows of the block.
 * Rows are walked in fours, so up to three entries of `sums` past `rows` are written too.
 */
export function addLeaves(forest: Forest, block: FeatureBlock, rows: number, sums: Sums): void {
  const { roots, hasCategories } = forest;
  for (let tree = 0; tree < roots.length; tree++) {
    const root = roots[tree] as number;
    if (hasCategories[tree] === 1) addTreeWithCategories(forest, block, root, rows, sums);
    else addTree(forest, block, root, rows, sums);
  }
}

function addTree(forest: Forest, { numbers }: FeatureBlock, root: number, rows: number, sums: Sums): void {
  const { firstLeaf, offset, threshold, children, value } = forest;
  for (let row = 0; row < rows; row += 4) {
    let a = root;
    let b = root;
    let c = root;
    let d = root;
    while (a < firstLeaf || b < firstLeaf || c < firstLeaf || d < firstLeaf) {
      a = child(offset, threshold, children, numbers, a, row);
      b = child(offset, threshold, children, numbers, b, row + 1);
      c = child(offset, threshold, children, numbers, c, row + 2);
      d = child(offset, threshold, children, numbers, d, row + 3);
    }
    addFour(sums, row, value, a, b, c, d);
  }
}

function addTreeWithCategories(forest: Forest, block: FeatureBlock, root: number, rows: number, sums: Sums): void {
  const { firstLeaf, offset, threshold, children, value, setStart, setAnswers } = forest;
  const { numbers, codes } = block;
  for (let row = 0; row < rows; row += 4) {
    let a = root;
    let b = root;
    let c = root;
    let d = root;
    while (a < firstLeaf || b < firstLeaf || c < firstLeaf || d < firstLeaf) {
      a = childOfEither(offset, threshold, children, numbers, codes, setStart, setAnswers, a, row);
      b = childOfEither(offset, threshold, children, numbers, codes, setStart, setAnswers, b, row + 1);
      c = childOfEither(offset, threshold, children, numbers, codes, setStart, setAnswers, c, row + 2);
      d = childOfEither(offset, threshold, children, numbers, codes, setStart, setAnswers, d, row + 3);
    }
    addFour(sums, row, value, a, b, c, d);
  }
}

// These functions are small enough for the compiler to inline; arrays are passed one by one so that it keeps them in
// registers. A compare becomes an index instead of a branch: a branch on a row's value is mispredicted every other
// time, which made the walk three times as slow.

function child(
  offset: Int32Array,
  threshold: Float64Array,
  children: Int32Array,
  numbers: Float64Array,
  node: number,
  row: number,
): number {
  const left = (numbers[(offset[node] as number) + row] as number) <= (threshold[node] as number);
  return children[2 * node + ((left as unknown as number) | 0)] as number;
}

/** Asks both questions of F3 (gbdt/forest.ts): the one that is not the split's own always says no. */
function childOfEither(
  offset: Int32Array,
  threshold: Float64Array,
  children: Int32Array,
  numbers: Float64Array,
  codes: Int32Array,
  setStart: Int32Array,
  setAnswers: Uint8Array,
  node: number,
  row: number,
): number {
  const at = (offset[node] as number) + row;
  const below = (numbers[at] as number) <= (threshold[node] as number);
  const member = setAnswers[(setStart[node] as number) + (codes[at] as number)] as number;
  return children[2 * node + ((below as unknown as number) | member)] as number;
}

function addFour(sums: Sums, row: number, value: Float64Array, a: number, b: number, c: number, d: number): void {
  sums[row] = (sums[row] as number) + (value[a] as number);
  sums[row + 1] = (sums[row + 1] as number) + (value[b] as number);
  sums[row + 2] = (sums[row + 2] as number) + (value[c] as number);
  sums[row + 3] = (sums[row + 3] as number) + (value[d] as number);
}
