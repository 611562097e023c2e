/** Random schemas, rows and models for property tests, and a naive reader of artefacts that shares no code with ours. */
import { Dictionary, defineFeatureSchema, type FeatureSchema, type FeatureSnapshot } from "@tenon/graph-core";
import fc from "fast-check";
import {
  type GbdtArtefact,
  type LinearArtefact,
  type ModelArtefact,
  sealArtefact,
  type Term,
  type Tree,
} from "../src/artefact/model-artefact.ts";
import { snapshotOf } from "../src/train/training-data.ts";

const WORDS = 40;
const NUMBER_TYPES = ["f64", "f32", "i32"] as const;

/** Values on and around a coarse grid, so that rows often equal a threshold exactly. */
const gridValue = fc.oneof(
  fc.integer({ min: -4, max: 4 }),
  fc.constantFrom(0.1, -0.1, 0.30000001192092896, 0.3, 1e-30, -0, 1e30, -1e30),
);

/** Features `feature0`, `feature1` … of the given types. */
export function schemaOf(
  types: readonly ((typeof NUMBER_TYPES)[number] | "dictionary")[],
  words = WORDS,
): FeatureSchema {
  const dictionary = new Dictionary(Array.from({ length: words }, (_, index) => `word ${index}`));
  return defineFeatureSchema({
    name: "random",
    version: 1,
    features: types.map((type, index) => ({
      name: `feature${index}`,
      type,
      unit: "none",
      nullPolicy: "missing",
      owner: "ads-ranking",
      version: 1,
      ...(type === "dictionary" && { dictionary }),
    })),
  });
}

export const schemas: fc.Arbitrary<FeatureSchema> = fc
  .array(fc.constantFrom(...NUMBER_TYPES, "dictionary" as const), { minLength: 1, maxLength: 6 })
  .map((types) => schemaOf(types));

/** Snapshots of a schema: any value of the type, and missing values. */
export function snapshots(schema: FeatureSchema, rowsMax = 40): fc.Arbitrary<FeatureSnapshot> {
  const cell = (type: string) => {
    if (type === "dictionary") return fc.nat({ max: WORDS - 1 });
    return type === "i32" ? fc.integer({ min: -5, max: 5 }) : gridValue;
  };
  const row = fc.tuple(...schema.features.map(({ type }) => fc.option(cell(type), { nil: Number.NaN, freq: 4 })));
  return fc.array(row, { minLength: 0, maxLength: rowsMax }).map((rows) =>
    snapshotOf({
      schema,
      columns: schema.features.map((_, index) => Float64Array.from(rows, (values) => values[index] as number)),
      labels: new Uint8Array(rows.length),
    }),
  );
}

/** A random binary tree: split leaves again and again, at positions and tests that fast-check draws. */
function trees(schema: FeatureSchema, sets: number): fc.Arbitrary<Tree> {
  const split = fc.record({
    leaf: fc.nat(),
    feature: fc.nat({ max: schema.names.length - 1 }),
    threshold: gridValue,
    set: fc.nat({ max: sets - 1 }),
    missingLeft: fc.boolean(),
  });
  const leaf = fc.double({ min: -2, max: 2, noNaN: true });
  return fc
    .tuple(fc.array(split, { maxLength: 12 }), fc.array(leaf, { minLength: 13, maxLength: 13 }))
    .map(([splits, values]) => {
      const tree: Tree = {
        feature: [],
        threshold: [],
        categorySet: [],
        missingLeft: [],
        left: [],
        right: [],
        leaf: [],
      };
      let open: { parent: number; side: "left" | "right" }[] = [{ parent: -1, side: "left" }];
      for (const [number, each] of splits.entries()) {
        const place = open[each.leaf % open.length] as { parent: number; side: "left" | "right" };
        if (place.parent >= 0) tree[place.side][place.parent] = number;
        open = open.filter((other) => other !== place);
        open.push({ parent: number, side: "left" }, { parent: number, side: "right" });
        const categories = schema.features[each.feature]?.type === "dictionary";
        tree.feature.push(each.feature);
        tree.threshold.push(categories ? 0 : each.threshold + 0);
        tree.categorySet.push(categories ? each.set : -1);
        tree.missingLeft.push(each.missingLeft);
      }
      for (const [index, { parent, side }] of open.entries()) if (parent >= 0) tree[side][parent] = ~index;
      return { ...tree, leaf: values.slice(0, open.length).map((value) => value + 0) };
    });
}

const categorySets = fc.array(
  fc.uniqueArray(fc.nat({ max: WORDS - 1 }), { maxLength: WORDS }).map((codes) => codes.sort((a, b) => a - b)),
  { minLength: 3, maxLength: 3 },
);

export function forests(schema: FeatureSchema, precision: "f64" | "f32"): fc.Arbitrary<GbdtArtefact> {
  return fc
    .tuple(categorySets, fc.array(trees(schema, 3), { maxLength: 6 }), fc.double({ min: -3, max: 3, noNaN: true }))
    .map(([sets, grown, base]) =>
      sealArtefact<GbdtArtefact>({
        ...sharedFacts(schema, precision),
        kind: "gbdt",
        base: base + 0,
        categorySets: sets,
        trees: grown,
      }),
    );
}

export function linearModels(schema: FeatureSchema, precision: "f64" | "f32"): fc.Arbitrary<LinearArtefact> {
  const weight = fc.double({ min: -2, max: 2, noNaN: true }).map((value) => value + 0);
  const terms = schema.features.map(
    ({ type }, feature): fc.Arbitrary<Term> =>
      type === "dictionary"
        ? fc.record({
            kind: fc.constant("categories" as const),
            feature: fc.constant(feature),
            // Often shorter than the dictionary: words newer than the model.
            weights: fc.array(weight, { maxLength: WORDS }),
            missing: weight,
          })
        : fc.record({ kind: fc.constant("numeric" as const), feature: fc.constant(feature), weight, missing: weight }),
  );
  return fc
    .tuple(fc.tuple(...terms), weight)
    .map(([drawn, base]) =>
      sealArtefact<LinearArtefact>({ ...sharedFacts(schema, precision), kind: "linear", base, terms: drawn }),
    );
}

export function sharedFacts(schema: FeatureSchema, precision: "f64" | "f32") {
  return {
    name: "random",
    featureSchema: {
      name: schema.name,
      version: schema.version,
      fingerprint: schema.fingerprint,
      features: schema.features.map(({ name, type }) => ({ name, type })),
    },
    dictionaries: Object.fromEntries(
      schema.features.flatMap((feature) =>
        feature.dictionary === undefined
          ? []
          : [[feature.name, { fingerprint: feature.dictionary.fingerprint, words: [...feature.dictionary.words] }]],
      ),
    ),
    precision,
    training: { data: "random", rows: 0, positives: 0, settings: {} },
  };
}

/** The margin of one row, as the artefact format defines it: one row at a time, straight from the JSON. */
export function naiveMargin(artefact: ModelArtefact, snapshot: FeatureSnapshot, row: number): number {
  const round = artefact.precision === "f32" ? Math.fround : (value: number) => value;
  const readFeature = (feature: number) => {
    const { name, type } = artefact.featureSchema.features[feature] as { name: string; type: string };
    const value = snapshot.valueAt(name, row);
    if (type === "dictionary") return value === -1 ? undefined : value;
    return Number.isNaN(value) ? undefined : round(value);
  };
  let sum = round(artefact.base);
  if (artefact.kind === "gbdt") {
    for (const tree of artefact.trees)
      sum = round(sum + round(tree.leaf[leafOf(tree, artefact.categorySets, readFeature, round)] as number));
    return sum;
  }
  for (const term of artefact.terms) {
    const value = readFeature(term.feature);
    const known = term.kind === "numeric" ? value !== undefined : value !== undefined && value < term.weights.length;
    if (!known) sum = round(sum + round(term.missing));
    else if (term.kind === "categories") sum = round(sum + round(term.weights[value as number] as number));
    else sum = round(sum + round((value as number) * round(term.weight)));
  }
  return sum;
}

function leafOf(
  tree: Tree,
  sets: readonly (readonly number[])[],
  readFeature: (feature: number) => number | undefined,
  round: (value: number) => number,
): number {
  let at = tree.feature.length === 0 ? -1 : 0;
  while (at >= 0) {
    const value = readFeature(tree.feature[at] as number);
    const set = tree.categorySet[at] as number;
    const left =
      value === undefined
        ? tree.missingLeft[at]
        : set >= 0
          ? (sets[set] as readonly number[]).includes(value)
          : value <= round(tree.threshold[at] as number);
    at = (left ? tree.left[at] : tree.right[at]) as number;
  }
  return ~at;
}
