/**
 * Reads the JSON that LightGBM's `dump_model()` writes.
 *
 * The margin of the imported model is LightGBM's raw score, bit for bit: the same `<=` compares on the same doubles and
 * the same order of additions. What would change that is refused with TENON1454: zero as a missing value, trees with
 * linear leaves, averaged output, several trees per iteration.
 */
import { type FeatureSchema, GraphError } from "@tenon/graph-core";
import { z } from "zod";
import { type GbdtArtefact, sealArtefact, type Tree } from "../artefact/model-artefact.ts";
import { readFacts } from "../artefact/read-facts.ts";

const LeafSchema = z.object({ leaf_value: z.number(), leaf_coeff: z.array(z.number()).optional() });
const SplitSchema = z.object({
  split_feature: z.int().min(0),
  threshold: z.union([z.number(), z.string()]),
  decision_type: z.string(),
  default_left: z.boolean(),
  missing_type: z.string(),
  left_child: z.unknown(),
  right_child: z.unknown(),
});
const DumpSchema = z.object({
  num_tree_per_iteration: z.literal(1, { error: "more than one tree per iteration (a multi-class model)" }),
  average_output: z.literal(false, { error: "averaged output (a random forest)" }).optional(),
  feature_names: z.array(z.string()),
  tree_info: z.array(z.object({ tree_structure: z.unknown() })),
});

export interface LightGbmImport {
  readonly name: string;
  /** The features in the order of the model's columns, under the same names; categories are dictionary codes. */
  readonly schema: FeatureSchema;
  /** Where the model's training rows come from, in words. */
  readonly data: string;
}

/**
 * Makes an artefact of a parsed dump.
 * @throws GraphError TENON1454 when the dump is not one, holds what is refused, or has other features than the schema.
 */
export function importLightGbm(dump: unknown, { name, schema, data }: LightGbmImport): GbdtArtefact {
  const parsed = DumpSchema.safeParse(dump);
  if (!parsed.success) {
    throw importError("the dump is not usable", {
      expected: "the object of Booster.dump_model(), one tree per iteration, output summed",
      found: parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "),
    });
  }
  const { feature_names: names, tree_info: infos } = parsed.data;
  if (names.length !== schema.names.length || names.some((each, index) => each !== schema.names[index])) {
    throw importError(`the model has other features than schema "${schema.name}"`, {
      expected: schema.names.join(", "),
      found: names.join(", "),
    });
  }
  const categorySets: number[][] = [];
  const trees = infos.map(({ tree_structure }, index) => readTree(tree_structure, index, categorySets));
  return sealArtefact<GbdtArtefact>({
    kind: "gbdt",
    name,
    ...readFacts(schema, schema.names),
    // LightGBM starts from 0 and keeps the base rate in the first tree's leaves.
    base: 0,
    precision: "f64",
    categorySets,
    trees,
    training: { data, rows: 0, positives: 0, settings: {} },
  });
}

/** Flattens a nested tree; a split is numbered before its children, as the artefact wants. */
function readTree(root: unknown, index: number, categorySets: number[][]): Tree {
  const tree: Tree = { feature: [], threshold: [], categorySet: [], missingLeft: [], left: [], right: [], leaf: [] };
  read(root);
  return tree;

  function read(node: unknown): number {
    const leaf = LeafSchema.safeParse(node);
    if (leaf.success) {
      if (leaf.data.leaf_coeff !== undefined) throw treeError(index, "leaves that are values", "linear leaves");
      return ~(tree.leaf.push(leaf.data.leaf_value) - 1);
    }
    const parsed = SplitSchema.safeParse(node);
    if (!parsed.success)
      throw treeError(index, "a split or a leaf", parsed.error.issues.map((issue) => issue.message).join("; "));
    const split = parsed.data;
    const number = tree.feature.push(split.split_feature) - 1;
    readTest(split);
    tree.left[number] = read(split.left_child);
    tree.right[number] = read(split.right_child);
    return number;
  }

  function readTest({ threshold, decision_type, default_left, missing_type }: z.output<typeof SplitSchema>): void {
    if (decision_type === "==") {
      const codes = String(threshold).split("||").map(Number);
      tree.categorySet.push(categorySets.push(codes.sort((left, right) => left - right)) - 1);
      tree.threshold.push(0);
      // Missing categories are in no set.
      tree.missingLeft.push(false);
      return;
    }
    if (decision_type !== "<=" || typeof threshold !== "number")
      throw treeError(index, '"<=" or "=="', `"${decision_type}"`);
    tree.categorySet.push(-1);
    tree.threshold.push(threshold);
    if (missing_type === "NaN") tree.missingLeft.push(default_left);
    // Without missing values in training, LightGBM reads a missing one as 0: where 0 goes is known here.
    else if (missing_type === "None") tree.missingLeft.push(0 <= threshold);
    else throw treeError(index, "missing_type NaN or None", `${missing_type}: train with zero_as_missing=false`);
  }
}

function treeError(tree: number, expected: string, found: string): GraphError {
  return importError(`tree ${tree} cannot be read`, { expected, found });
}

function importError(message: string, { expected, found }: { expected: string; found: string }): GraphError {
  return new GraphError(`LightGBM import: ${message}`, {
    code: "TENON1454",
    category: "input",
    detail: `expected ${expected}, found ${found}`,
    hint: "train by boosting with one output, zero_as_missing=false and no linear_tree, on the schema's features in order",
  });
}
