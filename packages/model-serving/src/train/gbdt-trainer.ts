/**
 * Gradient boosting of trees for the logistic loss, on histograms.
 *
 * Deterministic: the same rows, settings and seed give the same trees bit for bit. Rows are sampled by seed, sums are
 * taken in row order, ties are broken by position, and nothing runs in parallel.
 *
 * Source: Friedman 2001, with the second-order steps of Chen and Guestrin 2016 and the best-first growth and histograms
 * of Ke et al. 2017 (LightGBM).
 */
import { type GbdtArtefact, sealArtefact } from "../artefact/model-artefact.ts";
import { readFacts } from "../artefact/read-facts.ts";
import { lossOfMargin } from "../log-loss.ts";
import { requireBothClasses } from "../rows-error.ts";
import { type BinnedFeature, binCategories, binNumbers, rebin } from "./bins.ts";
import type { Split } from "./find-split.ts";
import { type GrownTree, goesLeft, growTree, type TreeLimits, treeOf } from "./grow-tree.ts";
import { histogramLayout } from "./histogram.ts";
import { seededRandom } from "./seeded-random.ts";
import { requireTrainingData, type TrainingData } from "./training-data.ts";

export interface GbdtSettings extends TreeLimits {
  readonly treesMax: number;
  /** Share of the rows each tree is grown on, drawn anew without replacement. */
  readonly rowShare: number;
  /** Training stops after this many trees without a better validation loss. Needs validation rows. */
  readonly patienceTrees: number;
  readonly seed: number;
}

export const GBDT_DEFAULTS: GbdtSettings = {
  treesMax: 60,
  leavesMax: 31,
  depthMax: 8,
  learningRate: 0.1,
  rowsPerLeafMin: 100,
  l2: 1,
  gainMin: 0,
  rowsPerCategoryMin: 50,
  categoriesPerSplitMax: 32,
  categoryL2: 10,
  rowShare: 0.8,
  patienceTrees: 10,
  seed: 1,
};

export interface GbdtTask {
  readonly name: string;
  readonly train: TrainingData;
  /** Rows that decide how many trees are kept. Without them, all `treesMax` are. */
  readonly validation?: TrainingData;
  /** Where the rows come from, in words, for the artefact. */
  readonly data: string;
  /** The features the model may read; all of the schema's by default. */
  readonly features?: readonly string[];
  readonly settings?: Partial<GbdtSettings>;
}

export interface GbdtFit {
  readonly artefact: GbdtArtefact;
  /** Mean log loss of the validation rows after 1, 2 … trees, in nats. Empty without validation rows. */
  readonly validationLosses: readonly number[];
}

/** @throws GraphError TENON1457 when rows do not fit together or the labels hold one class only. */
export function trainGbdt(task: GbdtTask): GbdtFit {
  const settings = { ...GBDT_DEFAULTS, ...task.settings };
  const { schema, labels, columns } = requireTrainingData(task.train);
  const names = task.features ?? schema.names;
  const positions = names.map((name) => schema.index(name));
  const positives = requireBothClasses(labels);
  const features = positions.map((position, index) => {
    const values = columns[position] as Float64Array;
    const categories = schema.features[position]?.type === "dictionary";
    return categories ? binCategories(values) : binNumbers(values, settings.seed + index);
  });
  const base = Math.log(positives / (labels.length - positives));
  const { grown, losses } = boost(features, labels, base, settings, validationOf(task.validation, features, positions));
  const sets = new CategorySets();
  const trees = grown.map((tree) => treeOf(tree, features, (codes) => sets.indexOf(codes)));
  const artefact = sealArtefact<GbdtArtefact>({
    kind: "gbdt",
    name: task.name,
    ...readFacts(schema, names),
    base,
    precision: "f64",
    categorySets: sets.list.map((codes) => [...codes]),
    trees,
    training: { data: task.data, rows: labels.length, positives, seed: settings.seed, settings: { ...settings } },
  });
  return { artefact, validationLosses: losses };
}

interface Validation {
  /** Bins per feature, made like those of the training rows. */
  readonly bins: readonly Uint8Array[];
  readonly labels: Uint8Array;
}

function validationOf(
  data: TrainingData | undefined,
  features: readonly BinnedFeature[],
  positions: readonly number[],
): Validation | undefined {
  if (data === undefined) return undefined;
  const { columns, labels } = requireTrainingData(data);
  return {
    labels,
    bins: features.map((feature, index) => rebin(feature, columns[positions[index] as number] as Float64Array)),
  };
}

/** Adds trees until the limit, or until the validation loss has stopped falling; keeps those up to the lowest loss. */
function boost(
  features: readonly BinnedFeature[],
  labels: Uint8Array,
  base: number,
  settings: GbdtSettings,
  validation: Validation | undefined,
): { readonly grown: readonly GrownTree[]; readonly losses: readonly number[] } {
  const layout = histogramLayout(features);
  const bins = features.map((feature) => feature.bins);
  const margins = new Float64Array(labels.length).fill(base);
  const validationMargins = new Float64Array(validation?.labels.length ?? 0).fill(base);
  const random = seededRandom(settings.seed);
  const grown: GrownTree[] = [];
  const losses: number[] = [];
  let best = 0;
  while (grown.length < settings.treesMax) {
    const rows = sampleRows(labels.length, settings.rowShare, random);
    const tree = growTree(features, layout, rows, gradientsOf(margins, labels), settings);
    if (tree.splits.length === 0) break;
    grown.push(tree);
    addTree(tree, features, bins, margins);
    if (validation === undefined) continue;
    addTree(tree, features, validation.bins, validationMargins);
    losses.push(meanLoss(validationMargins, validation.labels));
    if ((losses.at(-1) as number) < (losses[best] as number)) best = losses.length - 1;
    if (losses.length - 1 - best >= settings.patienceTrees) break;
  }
  return { grown: validation === undefined ? grown : grown.slice(0, best + 1), losses };
}

function gradientsOf(margins: Float64Array, labels: Uint8Array) {
  const gradients = new Float64Array(margins.length);
  const curvatures = new Float64Array(margins.length);
  for (let row = 0; row < margins.length; row++) {
    const probability = 1 / (1 + Math.exp(-(margins[row] as number)));
    gradients[row] = probability - (labels[row] as number);
    curvatures[row] = probability * (1 - probability);
  }
  return { gradients, curvatures };
}

/** Adds a tree's leaf to the margin of every row. */
function addTree(
  tree: GrownTree,
  features: readonly BinnedFeature[],
  bins: readonly Uint8Array[],
  margins: Float64Array,
): void {
  // Per split, the child of each bin: one look-up per step.
  const columns = tree.splits.map((split) => bins[split.feature] as Uint8Array);
  const children = tree.splits.map((split, index) =>
    childOfBin(split, features[split.feature] as BinnedFeature, tree, index),
  );
  for (let row = 0; row < margins.length; row++) {
    let at = 0;
    while (at >= 0) at = (children[at] as Int32Array)[(columns[at] as Uint8Array)[row] as number] as number;
    margins[row] = (margins[row] as number) + (tree.leaves[~at] as number);
  }
}

function childOfBin(split: Split, feature: BinnedFeature, tree: GrownTree, index: number): Int32Array {
  return Int32Array.from(
    { length: feature.binCount + 1 },
    (_, bin) => (goesLeft(split, feature, bin) ? tree.left[index] : tree.right[index]) as number,
  );
}

function sampleRows(count: number, share: number, random: () => number): Int32Array {
  const rows = new Int32Array(count);
  let taken = 0;
  for (let row = 0; row < count; row++) if (share >= 1 || random() < share) rows[taken++] = row;
  return rows.subarray(0, taken);
}

function meanLoss(margins: Float64Array, labels: Uint8Array): number {
  let loss = 0;
  for (let row = 0; row < margins.length; row++) loss += lossOfMargin(margins[row] as number, labels[row] === 1);
  return loss / margins.length;
}

/** Equal sets of codes are stored once. */
class CategorySets {
  readonly list: (readonly number[])[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(codes: readonly number[]): number {
    const key = codes.join(",");
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    this.#indexes.set(key, this.list.length);
    return this.list.push(codes) - 1;
  }
}
