/**
 * Walks a block of rows through a forest, four rows side by side: their loads and compares overlap, and no branch
 * depends on a row's values. Per row the leaves are added in file order of the trees, whatever the block.
 */
import type { FeatureBlock } from "../feature-block.ts";
import type { CategoryQuestion, Forest } from "./forest.ts";

/** Sums of leaves, one per row of a block. A Float32Array rounds every sum to float32, as float32 models do. */
export type Sums = Float64Array | Float32Array;

/**
 * Adds every tree's leaf to `sums[row]`, for the first `rows` rows of the block.
 * Rows are walked in fours, so up to three entries of `sums` past `rows` are written too.
 */
export function addLeaves(forest: Forest, block: FeatureBlock, rows: number, sums: Sums): void {
  const { roots, firstQuestion, questions } = forest;
  for (let tree = 0; tree < roots.length; tree++) {
    const end = firstQuestion[tree + 1] as number;
    for (let each = firstQuestion[tree] as number; each < end; each++) {
      answer(questions[each] as CategoryQuestion, block, rows);
    }
    addTree(forest, roots[tree] as number, block.numbers, rows, sums);
  }
}

function addTree(forest: Forest, root: number, numbers: Float64Array, rows: number, sums: Sums): void {
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
    sums[row] = (sums[row] as number) + (value[a] as number);
    sums[row + 1] = (sums[row + 1] as number) + (value[b] as number);
    sums[row + 2] = (sums[row + 2] as number) + (value[c] as number);
    sums[row + 3] = (sums[row + 3] as number) + (value[d] as number);
  }
}

/**
 * Small enough for the compiler to inline. The compare becomes an index instead of a branch: a branch on a row's value
 * is mispredicted every other time, which made the walk three times as slow.
 */
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

/** Writes a category split's column of answers: 0 for rows that go left, 1 for others. */
function answer({ codes, answers, answerOf }: CategoryQuestion, block: FeatureBlock, rows: number): void {
  const { numbers, codes: allCodes } = block;
  for (let row = 0; row < rows; row++) {
    numbers[answers + row] = answerOf[allCodes[codes + row] as number] as number;
  }
}
