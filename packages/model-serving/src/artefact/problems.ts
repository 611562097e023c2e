/** What the format alone cannot say about an artefact: that its indexes point at something, and its trees are trees. */
import type { FeatureSchemaFacts, GbdtArtefact, LinearArtefact, ModelArtefact, Tree } from "./model-artefact.ts";

/** Every contradiction in the trees, category sets and dictionaries; empty for a sound forest. */
export function forestProblems(artefact: GbdtArtefact): readonly string[] {
  const { featureSchema, categorySets, trees } = artefact;
  const problems = [...dictionaryProblems(artefact)];
  for (const [index, codes] of categorySets.entries()) {
    if (codes.some((code, at) => at > 0 && code <= (codes[at - 1] as number))) {
      problems.push(`categorySets.${index}: expected ascending codes`);
    }
  }
  for (const [index, tree] of trees.entries()) {
    for (const problem of treeProblems(tree, featureSchema, categorySets.length)) {
      problems.push(`trees.${index}: ${problem}`);
    }
  }
  return problems;
}

/** Every contradiction in the terms and dictionaries; empty for a sound linear model. */
export function termProblems(artefact: LinearArtefact): readonly string[] {
  const { featureSchema, terms } = artefact;
  const problems = [...dictionaryProblems(artefact)];
  for (const [index, term] of terms.entries()) {
    const feature = featureSchema.features[term.feature];
    if (feature === undefined) problems.push(`terms.${index}: there is no feature ${term.feature}`);
    else if ((feature.type === "dictionary") !== (term.kind === "categories")) {
      problems.push(
        `terms.${index}: a term of kind "${term.kind}" on feature "${feature.name}" of type ${feature.type}`,
      );
    }
  }
  return problems;
}

function dictionaryProblems({ featureSchema, dictionaries }: ModelArtefact): readonly string[] {
  const expected = featureSchema.features
    .filter((feature) => feature.type === "dictionary")
    .map((feature) => feature.name);
  const missing = expected.filter((name) => !Object.hasOwn(dictionaries, name));
  const surplus = Object.keys(dictionaries).filter((name) => !expected.includes(name));
  return [
    ...missing.map((name) => `dictionaries: none for the dictionary feature "${name}"`),
    ...surplus.map((name) => `dictionaries: "${name}" is not a dictionary feature of this model`),
  ];
}

function* treeProblems(tree: Tree, { features }: FeatureSchemaFacts, sets: number): Generator<string> {
  const splits = tree.feature.length;
  const columns = [tree.threshold, tree.categorySet, tree.missingLeft, tree.left, tree.right];
  if (columns.some((column) => column.length !== splits) || tree.leaf.length !== splits + 1) {
    yield `expected ${splits} entries in every array of splits and ${splits + 1} leaves`;
    return;
  }
  if (tree.feature.some((feature) => feature >= features.length))
    yield `a split reads past the ${features.length} features`;
  if (tree.categorySet.some((set) => set >= sets)) yield `a split reads past the ${sets} category sets`;
  for (const [split, set] of tree.categorySet.entries()) {
    const feature = features[tree.feature[split] as number];
    if (feature !== undefined && (feature.type === "dictionary") !== set >= 0) {
      yield `split ${split} ${set >= 0 ? "looks for categories in" : "compares"} feature "${feature.name}" of type ${feature.type}`;
    }
  }
  // Every split but the root and every leaf is somebody's child exactly once, and splits come after their parents:
  // then following children from the root ends at a leaf, and reaches everything.
  const parents = new Map<number, number>();
  for (let split = 0; split < splits; split += 1) {
    for (const child of [tree.left[split] as number, tree.right[split] as number]) {
      const exists = child < 0 ? ~child < tree.leaf.length : child < splits;
      if (!exists || (child >= 0 && child <= split)) yield `split ${split} has ${child} as a child`;
      parents.set(child, (parents.get(child) ?? 0) + 1);
    }
  }
  if ([...parents.values()].some((count) => count > 1)) yield "a split or leaf is the child of two splits";
}
