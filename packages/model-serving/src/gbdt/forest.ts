/**
 * A forest laid out for walking: every tree's splits and leaves in flat typed arrays.
 *
 * F1 A leaf is a split that leads to itself, so that four rows can walk side by side until the last has arrived.
 * F2 A split never tests for missing values. Where they go left, the split reads a copy of the column in which they are
 *    -Infinity (`<=` every threshold); elsewhere one in which they are NaN (`<=` none).
 * F3 A category split compares a number too: before a tree is walked, each of its category splits gets a column of
 *    answers, 0 for rows that go left and 1 for others. The answers are looked up by code: 0 is "missing", c + 1 is
 *    category c, and one code past the largest category of the feature stands for all unknown ones.
 */
import type { GbdtArtefact, Tree } from "../artefact/model-artefact.ts";
import { type BlockInputs, type CodesInput, type NumbersInput, ROWS_PER_BLOCK } from "../feature-block.ts";

export interface Forest {
  /** What a block must hold. Splits point at its columns by offset. */
  readonly inputs: BlockInputs;
  /** First node of every tree, in file order. */
  readonly roots: Int32Array;
  /** Nodes from here on are leaves. */
  readonly firstLeaf: number;
  /** Per node: where its column starts in the block's numbers. */
  readonly offset: Int32Array;
  /** Per node: rows `<=` it go left. */
  readonly threshold: Float64Array;
  /** Per node, two entries: right child, left child. */
  readonly children: Int32Array;
  /** Per node: the value a leaf adds; 0 for splits. */
  readonly value: Float64Array;
  /** The category splits of tree `t` are `questions[firstQuestion[t]] … questions[firstQuestion[t + 1] - 1]` (F3). */
  readonly firstQuestion: Int32Array;
  readonly questions: readonly CategoryQuestion[];
}

/** One category split: which codes it looks at, which of them go left, and where the answers are written. */
export interface CategoryQuestion {
  /** Where its codes start in the block's codes. */
  readonly codes: number;
  /** Where its answers start in the block's numbers. */
  readonly answers: number;
  /** 0 or 1 by code. */
  readonly answerOf: Uint8Array;
}

/** Between the answers of F3. */
const ANSWER_THRESHOLD = 0.5;

/** Lays an artefact out. The artefact has been checked: see `forestProblems`. */
export function packForest(artefact: GbdtArtefact): Forest {
  const { trees, categorySets, precision } = artefact;
  const round = precision === "f32" ? Math.fround : (value: number) => value;
  const inputs = inputsOf(artefact);
  const firstLeaf = trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  const nodes = firstLeaf + trees.reduce((sum, tree) => sum + tree.leaf.length, 0);
  const forest = {
    inputs,
    roots: new Int32Array(trees.length),
    firstLeaf,
    offset: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    children: new Int32Array(2 * nodes),
    value: new Float64Array(nodes),
    firstQuestion: new Int32Array(trees.length + 1),
    questions: [] as CategoryQuestion[],
  };
  let split = 0;
  let leaf = firstLeaf;
  for (const [index, tree] of trees.entries()) {
    const place = (child: number) => (child < 0 ? leaf + ~child : split + child);
    forest.roots[index] = tree.feature.length > 0 ? split : leaf;
    for (const [each, set] of tree.categorySet.entries()) {
      const node = split + each;
      if (set < 0) {
        forest.offset[node] = inputs.numbers.findIndex(sameAs(numbersInput(tree, each))) * ROWS_PER_BLOCK;
        forest.threshold[node] = round(tree.threshold[each] as number);
      } else {
        const column = inputs.numbers.length + forest.questions.length - (forest.firstQuestion[index] as number);
        const answers = column * ROWS_PER_BLOCK;
        forest.questions.push(question(inputs, tree, each, { codes: categorySets[set] ?? [], answers }));
        forest.offset[node] = answers;
        forest.threshold[node] = ANSWER_THRESHOLD;
      }
      forest.children[2 * node] = place(tree.right[each] as number);
      forest.children[2 * node + 1] = place(tree.left[each] as number);
    }
    for (const [each, value] of tree.leaf.entries()) {
      forest.value[leaf + each] = round(value);
      forest.children.fill(leaf + each, 2 * (leaf + each), 2 * (leaf + each) + 2);
    }
    forest.firstQuestion[index + 1] = forest.questions.length;
    split += tree.feature.length;
    leaf += tree.leaf.length;
  }
  return forest;
}

/** The distinct columns that the forest's splits read, in the order of first use. */
function inputsOf({ trees, categorySets }: GbdtArtefact): BlockInputs {
  const numbers: NumbersInput[] = [];
  const codeMaxes = new Map<number, number>();
  let answersMax = 0;
  for (const tree of trees) {
    for (const [split, set] of tree.categorySet.entries()) {
      const input = numbersInput(tree, split);
      if (set < 0) {
        if (!numbers.some(sameAs(input))) numbers.push(input);
      } else {
        codeMaxes.set(input.feature, Math.max(codeMaxes.get(input.feature) ?? 0, categorySets[set]?.at(-1) ?? 0));
      }
    }
    answersMax = Math.max(answersMax, tree.categorySet.filter((set) => set >= 0).length);
  }
  const codes: readonly CodesInput[] = [...codeMaxes].map(([feature, codeMax]) => ({ feature, codeMax }));
  return { numbers, codes, answersMax };
}

function numbersInput(tree: Tree, split: number): NumbersInput {
  return { feature: tree.feature[split] as number, missingIs: tree.missingLeft[split] ? "lowest" : "highest" };
}

function sameAs(wanted: NumbersInput): (input: NumbersInput) => boolean {
  return (input) => input.feature === wanted.feature && input.missingIs === wanted.missingIs;
}

function question(
  inputs: BlockInputs,
  tree: Tree,
  split: number,
  { codes, answers }: { readonly codes: readonly number[]; readonly answers: number },
): CategoryQuestion {
  const index = inputs.codes.findIndex((input) => input.feature === tree.feature[split]);
  const codeMax = inputs.codes[index]?.codeMax ?? 0;
  // Two codes more than categories, for "missing" and "unknown" (F3).
  const answerOf = new Uint8Array(codeMax + 3).fill(1);
  if (tree.missingLeft[split]) answerOf[0] = 0;
  for (const code of codes) answerOf[code + 1] = 0;
  return { codes: index * ROWS_PER_BLOCK, answers, answerOf };
}
