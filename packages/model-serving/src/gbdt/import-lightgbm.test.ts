import { readFileSync } from "node:fs";
import { Dictionary, defineFeatureSchema } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { loadModel } from "../load-model.ts";
import { snapshotOf } from "../train/training-data.ts";
import { importLightGbm } from "./import-lightgbm.ts";

const dictionary = new Dictionary(Array.from({ length: 100 }, (_, index) => `category ${index}`));
const schemaOf = (names: readonly string[]) =>
  defineFeatureSchema({
    name: "imported",
    version: 1,
    features: names.map((name) => ({
      name,
      type: name === "category" ? "dictionary" : "f64",
      unit: "none",
      nullPolicy: "missing",
      owner: "ads-ranking",
      version: 1,
      ...(name === "category" && { dictionary }),
    })),
  });

/** One row per entry; `null` is missing. */
function marginsOf(dump: unknown, names: readonly string[], rows: readonly (readonly (number | null)[])[]): number[] {
  const schema = schemaOf(names);
  const columns = names.map((_, index) => Float64Array.from(rows, (row) => row[index] ?? Number.NaN));
  const artefact = importLightGbm(dump, { name: "imported", schema, data: "a test" });
  const { margins } = loadModel(artefact).score(snapshotOf({ schema, columns, labels: new Uint8Array(rows.length) }));
  return rows.map((_, row) => margins.at(row));
}

const leaf = (value: number) => ({ leaf_value: value });
const numeric = (threshold: number, missing: { type: string; left: boolean }, left: unknown, right: unknown) => ({
  split_feature: 0,
  threshold,
  decision_type: "<=",
  default_left: missing.left,
  missing_type: missing.type,
  left_child: left,
  right_child: right,
});
const dumpOf = (...trees: unknown[]) => ({
  num_tree_per_iteration: 1,
  feature_names: ["score", "category"],
  tree_info: trees.map((tree_structure) => ({ tree_structure })),
});

test("a value on the threshold goes left, and leaves add up in file order", () => {
  const tree = (small: number) => numeric(0.5, { type: "NaN", left: true }, leaf(small), leaf(1));
  const rows = [
    [0.5, 0],
    [0.5000000000000001, 0],
  ] as const;
  expect(marginsOf(dumpOf(tree(0.1), tree(0.2), tree(0.3)), ["score", "category"], rows)).toEqual([0.1 + 0.2 + 0.3, 3]);
});

test("a missing number goes the learned way, or where 0 goes when training saw none", () => {
  const rows = [[null, 0]] as const;
  const go = (threshold: number, type: string, left: boolean) =>
    marginsOf(dumpOf(numeric(threshold, { type, left }, leaf(-1), leaf(1))), ["score", "category"], rows)[0];
  expect([go(5, "NaN", true), go(5, "NaN", false)]).toEqual([-1, 1]);
  expect([go(5, "None", false), go(-5, "None", true)]).toEqual([-1, 1]);
});

test("a category in the list goes left; others, unseen and missing ones go right", () => {
  const tree = {
    ...numeric(0, { type: "NaN", left: true }, leaf(-1), leaf(1)),
    split_feature: 1,
    decision_type: "==",
    threshold: "7||2",
  };
  const rows = [
    [0, 2],
    [0, 7],
    [0, 3],
    [0, 99],
    [0, null],
  ];
  expect(marginsOf(dumpOf(tree), ["score", "category"], rows)).toEqual([-1, -1, 1, 1, 1]);
});

test("margins of a real LightGBM model equal its own raw scores bit for bit", () => {
  const fixture = JSON.parse(
    readFileSync(new URL("../../test/fixtures/lightgbm-binary.json", import.meta.url), "utf8"),
  );
  expect(marginsOf(fixture.dump, fixture.dump.feature_names, fixture.rows)).toEqual(fixture.margins);
});

test("what would change a margin is refused", () => {
  const imported = (dump: unknown) => () => marginsOf(dump, ["score", "category"], []);
  const zero = numeric(1, { type: "Zero", left: true }, leaf(0), leaf(1));
  expect(imported(dumpOf(zero))).toThrow(/TENON1454.*tree 0/);
  expect(imported({ ...dumpOf(leaf(0)), num_tree_per_iteration: 3 })).toThrow(/TENON1454/);
  expect(imported({ ...dumpOf(leaf(0)), average_output: true })).toThrow(/TENON1454/);
  expect(imported(dumpOf({ leaf_value: 1, leaf_coeff: [1] }))).toThrow(/TENON1454/);
  expect(imported({ ...dumpOf(leaf(0)), feature_names: ["category", "score"] })).toThrow(/other features/);
  expect(imported("not a dump")).toThrow(/TENON1454/);
});
