import { Dictionary, defineFeatureSchema, F64Column, FeatureSnapshotBuilder } from "@tenon/graph-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { forests, linearModels, schemaOf, sharedFacts, snapshots } from "../../test/random-models.ts";
import { loadModel, loadModelFromText } from "../load-model.ts";
import {
  type GbdtArtefact,
  type ModelArtefact,
  manifestOf,
  parseArtefact,
  sealArtefact,
  type Tree,
} from "./model-artefact.ts";

const schema = schemaOf(["f64", "dictionary"]);
const stump: Tree = {
  feature: [0],
  threshold: [1],
  categorySet: [-1],
  missingLeft: [true],
  left: [-1],
  right: [-2],
  leaf: [0.25, -0.5],
};

const sealed = (change: Partial<GbdtArtefact> = {}): GbdtArtefact =>
  sealArtefact<GbdtArtefact>({
    ...sharedFacts(schema, "f64"),
    kind: "gbdt",
    base: 0.125,
    categorySets: [[1, 3]],
    trees: [stump],
    ...change,
  });

test("an artefact survives its file: same content, same version, same margins", () => {
  const models: fc.Arbitrary<ModelArtefact> = fc.oneof(forests(schema, "f64"), linearModels(schema, "f64"));
  fc.assert(
    fc.property(models, snapshots(schema), (artefact, snapshot) => {
      const text = JSON.stringify(artefact);
      expect(parseArtefact(JSON.parse(text))).toEqual(artefact);
      const [first, second] = [loadModel(artefact), loadModelFromText(text)].map((model) => model.score(snapshot));
      for (let row = 0; row < snapshot.rowCount; row++) expect(second!.margins.at(row)).toBe(first!.margins.at(row));
    }),
    { numRuns: 100 },
  );
});

test("the version names the content: any change that can move a margin changes it, training facts do not", () => {
  const { version } = sealed();
  expect(sealed().version).toBe(version);
  expect(sealed({ training: { data: "other", rows: 9, positives: 1, settings: {} } }).version).toBe(version);
  const changes: Partial<GbdtArtefact>[] = [
    { base: 0.126 },
    { precision: "f32" },
    { categorySets: [[1, 2]] },
    { trees: [{ ...stump, leaf: [0.25, -0.50000001] }] },
    { trees: [{ ...stump, missingLeft: [false] }] },
    { trees: [stump, stump] },
  ];
  expect(new Set([version, ...changes.map((change) => sealed(change).version)]).size).toBe(changes.length + 1);
});

test("a file that was edited is refused, and says what it is and what it claims to be", () => {
  const edited = { ...sealed(), base: 0.5 };
  expect(() => parseArtefact(edited)).toThrow(
    expect.objectContaining({
      code: "TENON1451",
      detail: expect.stringContaining(`the file says "${edited.version}"`),
    }),
  );
});

test("a file of another format names every wrong field", () => {
  expect(() => parseArtefact({ ...sealed(), base: "0", precision: "f16" })).toThrow(
    expect.objectContaining({
      code: "TENON1450",
      detail: expect.stringMatching(/base.*; precision/),
    }),
  );
  expect(() => parseArtefact(null)).toThrow(/TENON1450/);
});

test.each<[string, Partial<Tree>, RegExp]>([
  ["arrays of different lengths", { threshold: [1, 2] }, /1 entries in every array of splits and 2 leaves/],
  ["a feature that is not there", { feature: [2] }, /past the 2 features/],
  ["a category set that is not there", { categorySet: [1] }, /past the 1 category sets/],
  ["a number test on words", { feature: [1] }, /split 0 compares feature "feature1" of type dictionary/],
  [
    "a category test on numbers",
    { categorySet: [0] },
    /split 0 looks for categories in feature "feature0" of type f64/,
  ],
  ["a child that is not there", { left: [-3] }, /split 0 has -3 as a child/],
  ["a split above itself", { left: [0] }, /split 0 has 0 as a child/],
  ["a leaf with two parents", { left: [-1], right: [-1] }, /child of two splits/],
])("a tree with %s is refused", (_, change, problem) => {
  expect(() => sealed({ trees: [{ ...stump, ...change }] })).toThrow(
    expect.objectContaining({
      code: "TENON1451",
      detail: expect.stringMatching(problem),
    }),
  );
});

test("a dictionary feature without its dictionary is refused", () => {
  expect(() => sealed({ dictionaries: {} })).toThrow(/TENON1451/);
});

test("the manifest says what the model reads, for checks that run before it is loaded", () => {
  expect(manifestOf(sealed())).toEqual({
    version: sealed().version,
    featureSchemaFingerprint: schema.fingerprint,
    features: ["feature0", "feature1"],
    dictionaries: { feature1: schema.declaration("feature1").dictionary?.fingerprint },
  });
});

const declaration = schema.declaration("feature1");
const grown = defineFeatureSchema({
  name: "random",
  version: 2,
  features: [
    { name: "added", type: "i32", unit: "count", nullPolicy: "missing", owner: "ads-ranking", version: 1 },
    ...schema.features,
  ],
});
const emptySnapshot = (of: typeof schema) => new FeatureSnapshotBuilder(of, 3).build();

test("a snapshot of another schema is refused unless it is declared compatible, then features are found by name", () => {
  expect(() => loadModel(sealed()).score(emptySnapshot(grown))).toThrow(/TENON1452/);
  const model = loadModel(sealed(), { compatibleFingerprints: [grown.fingerprint] });
  const snapshot = new FeatureSnapshotBuilder(grown, 2)
    .setScalar("added", 9)
    .setColumn("feature0", F64Column.from([1, 1.5]))
    .build();
  const { margins } = model.score(snapshot);
  expect([margins.at(0), margins.at(1)]).toEqual([0.125 + 0.25, 0.125 - 0.5]);
});

test("a compatible schema must still hold the features, with their types and dictionaries", () => {
  const other = (features: (typeof schema)["features"]) =>
    defineFeatureSchema({ name: "random", version: 3, features });
  const score = (of: typeof schema) => () =>
    loadModel(sealed(), { compatibleFingerprints: [of.fingerprint] }).score(emptySnapshot(of));
  expect(score(other([declaration]))).toThrow(/TENON1452/);
  expect(score(other([{ ...schema.declaration("feature0"), type: "i32" }, declaration]))).toThrow(/TENON1452/);
  const changed = { ...declaration, dictionary: new Dictionary(["other", "words"]) };
  expect(score(other([schema.declaration("feature0"), changed]))).toThrow(/TENON1453 .*feature "feature1"/);
});
