/**
 * A forest laid out for walking: every tree's splits and leaves in flat typed arrays.
 *
 * F1 A leaf is a split that leads to itself, so that four rows can walk side by side until the last has arrived.
 * F2 A split never tests for missing values. Where they go left, the split reads a copy of the column in which they are
 *    -Infinity (`<=` every threshold); elsewhere one in which they are NaN (`<=` none).
 * F3 Every split of a tree with categories makes both tests, so that the walk needs no branch on the kind of split: left
 *    if the number is `<=` the threshold or the code is in the set. A category split's threshold is NaN, which no number
 *    is `<=`; a number split's code is 0 and its set starts at an entry that says no.
 * F4 A set is a table of answers by code: code 0 is "missing", code c + 1 is category c, and one code past the largest
 *    category of the feature stands for all unknown ones.
 */
import type { GbdtArtefact, Tree } from "../artefact/model-artefact.ts";
import { type BlockInput, ROWS_PER_BLOCK } from "../feature-block.ts";

export interface Forest {
  /** What a block must hold. Splits point at its columns by offset. */
  readonly inputs: readonly BlockInput[];
  /** First node of every tree, in file order. */
  readonly roots: Int32Array;
  /** 1 for trees with at least one category split. */
  readonly hasCategories: Uint8Array;
  /** Nodes from here on are leaves. */
  readonly firstLeaf: number;
  /** Per node: where its column starts in the block. */
  readonly offset: Int32Array;
  /** Per node: rows `<=` it go left. */
  readonly threshold: Float64Array;
  /** Per node: where its set starts in `setAnswers`. */
  readonly setStart: Int32Array;
  /** 1 for codes that go left. Entry 0 is 0 and belongs to every number split (F3). */
  readonly setAnswers: Uint8Array;
  /** Per node, two entries: right child, left child. */
  readonly children: Int32Array;
  /** Per node: the value a leaf adds; 0 for splits. */
  readonly value: Float64Array;
}

/** Lays an artefact out. The artefact has been checked: see `forestProblems`. */
export function packForest(artefact: GbdtArtefact): Forest {
  const { trees, precision } = artefact;
  const round = precision === "f32" ? Math.fround : (value: number) => value;
  const inputs = inputsOf(artefact);
  const sets = layOutSets(artefact, inputs);
  const firstLeaf = trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  const nodes = firstLeaf + trees.reduce((sum, tree) => sum + tree.leaf.length, 0);
  const forest = {
    inputs,
    roots: new Int32Array(trees.length),
    hasCategories: Uint8Array.from(trees, (tree) => Number(tree.categorySet.some((set) => set >= 0))),
    firstLeaf,
    offset: new Int32Array(nodes),
    threshold: new Float64Array(nodes).fill(Number.NaN),
    setStart: new Int32Array(nodes),
    setAnswers: sets.answers,
    children: new Int32Array(2 * nodes),
    value: new Float64Array(nodes),
  };
  let split = 0;
  let leaf = firstLeaf;
  for (const [index, tree] of trees.entries()) {
    const place = (child: number) => (child < 0 ? leaf + ~child : split + child);
    forest.roots[index] = tree.feature.length > 0 ? split : leaf;
    for (const [each, set] of tree.categorySet.entries()) {
      const node = split + each;
      forest.offset[node] = inputs.findIndex((input) => readBy(input, tree, each)) * ROWS_PER_BLOCK;
      if (set < 0) forest.threshold[node] = round(tree.threshold[each] as number);
      else forest.setStart[node] = sets.starts.get(setKey(tree, each)) as number;
      forest.children[2 * node] = place(tree.right[each] as number);
      forest.children[2 * node + 1] = place(tree.left[each] as number);
    }
    for (const [each, value] of tree.leaf.entries()) {
      forest.value[leaf + each] = round(value);
      forest.children.fill(leaf + each, 2 * (leaf + each), 2 * (leaf + each) + 2);
    }
    split += tree.feature.length;
    leaf += tree.leaf.length;
  }
  return forest;
}

/** The distinct columns that the forest's splits read, in the order of first use. */
function inputsOf({ trees, categorySets }: GbdtArtefact): readonly BlockInput[] {
  const codeMaxes = new Map<number, number>();
  for (const tree of trees) {
    for (const [split, set] of tree.categorySet.entries()) {
      const feature = tree.feature[split] as number;
      const largest = categorySets[set]?.at(-1) ?? 0;
      if (set >= 0) codeMaxes.set(feature, Math.max(codeMaxes.get(feature) ?? 0, largest));
    }
  }
  const inputs: BlockInput[] = [];
  for (const tree of trees) {
    for (const [split, set] of tree.categorySet.entries()) {
      if (inputs.some((input) => readBy(input, tree, split))) continue;
      const feature = tree.feature[split] as number;
      if (set >= 0) inputs.push({ kind: "codes", feature, codeMax: codeMaxes.get(feature) ?? 0 });
      else inputs.push({ kind: "numbers", feature, missingIs: missingIs(tree, split) });
    }
  }
  return inputs;
}

function missingIs(tree: Tree, split: number): "lowest" | "highest" {
  return tree.missingLeft[split] ? "lowest" : "highest";
}

/** Whether a split reads this input. A feature's splits are all of one kind: see `forestProblems`. */
function readBy(input: BlockInput, tree: Tree, split: number): boolean {
  if (input.feature !== tree.feature[split]) return false;
  return input.kind === "codes" || input.missingIs === missingIs(tree, split);
}

/** One set is laid out anew for each feature and direction of missing values it is used with. */
function setKey(tree: Tree, split: number): string {
  return `${tree.categorySet[split]} ${tree.feature[split]} ${tree.missingLeft[split]}`;
}

function layOutSets({ trees, categorySets }: GbdtArtefact, inputs: readonly BlockInput[]) {
  const starts = new Map<string, number>();
  const answers: number[] = [0];
  for (const tree of trees) {
    for (const [split, set] of tree.categorySet.entries()) {
      const input = inputs.find((each) => readBy(each, tree, split));
      if (input?.kind !== "codes" || starts.has(setKey(tree, split))) continue;
      starts.set(setKey(tree, split), answers.length);
      // Two codes more than categories, for "missing" and "unknown" (F4).
      const ofSet = new Uint8Array(input.codeMax + 3);
      if (tree.missingLeft[split]) ofSet[0] = 1;
      for (const code of categorySets[set] ?? []) ofSet[code + 1] = 1;
      for (const answer of ofSet) answers.push(answer);
    }
  }
  return { starts, answers: Uint8Array.from(answers) };
}
