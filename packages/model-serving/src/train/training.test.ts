import { F64Column, FeatureSnapshotBuilder, I32Column } from "@tenon/graph-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { drawLabels, normals } from "../../test/click-simulation.ts";
import { schemaOf, snapshots } from "../../test/random-models.ts";
import { loadModel } from "../load-model.ts";
import { auc } from "../metrics.ts";
import { trainGbdt } from "./gbdt-trainer.ts";
import { trainLinear } from "./linear-trainer.ts";
import { seededRandom } from "./seeded-random.ts";
import { dealRows, selectRows, snapshotOf, type TrainingData, trainingData } from "./training-data.ts";

const schema = schemaOf(["f64", "f32", "dictionary", "i32"]);

/** Rows whose true margin is known: a curve, a product, a category effect, and a meaning of "missing". */
function simulate(rows: number, seed: number): { readonly data: TrainingData; readonly truth: Float64Array } {
  const random = seededRandom(seed);
  const effect = normals(40, { mean: 0, deviation: 1, seed: 5 });
  const cells = Array.from({ length: rows }, () => {
    const missing = random() < 0.15;
    const category = random() < 0.1 ? Number.NaN : Math.floor(random() * 40);
    return [missing ? Number.NaN : random(), Math.fround(random()), category, Math.floor(random() * 10)] as const;
  });
  const truth = Float64Array.from(cells, ([curve, lift, category, count]) => {
    const bend = Number.isNaN(curve) ? 1.2 : Math.sin(6 * curve);
    return -2.5 + bend + (count > 4 ? 2 : -1) * lift + (Number.isNaN(category) ? -1 : effect[category]!);
  });
  const columns = schema.names.map((_, index) => Float64Array.from(cells, (cell) => cell[index]!));
  return { data: { schema, columns, labels: drawLabels(truth, seed + 1) }, truth };
}

const marginsOf = (artefact: Parameters<typeof loadModel>[0], data: TrainingData) => {
  const { margins } = loadModel(artefact).score(snapshotOf(data));
  return Float64Array.from({ length: margins.length }, (_, row) => margins.at(row));
};

const train = simulate(40_000, 1);
const held = simulate(20_000, 3);
const settings = { treesMax: 60, rowsPerLeafMin: 50 };
const fit = trainGbdt({ name: "trees", data: "simulated", train: train.data, settings });

test("trees come within one hundredth of the best AUC the truth allows on new rows", () => {
  const bayes = auc({ predictions: held.truth, labels: held.data.labels });
  const found = auc({ predictions: marginsOf(fit.artefact, held.data), labels: held.data.labels });
  expect(bayes - found).toBeLessThan(0.01);
  expect(bayes).toBeGreaterThan(0.8);
});

test("training is a function of rows, settings and seed: the same version again, another one with another seed", () => {
  const small = { ...settings, treesMax: 3 };
  const version = (seed: number) =>
    trainGbdt({ name: "trees", data: "simulated", train: train.data, settings: { ...small, seed } }).artefact.version;
  expect(version(7)).toBe(version(7));
  expect(version(8)).not.toBe(version(7));
});

test("trees keep to their limits", () => {
  const limits = { treesMax: 4, leavesMax: 9, depthMax: 3, rowsPerLeafMin: 700, rowShare: 1 };
  const { trees } = trainGbdt({ name: "trees", data: "simulated", train: train.data, settings: limits }).artefact;
  expect(trees.length).toBe(4);
  for (const tree of trees) {
    const depth = (at: number): number => (at < 0 ? 0 : 1 + Math.max(depth(tree.left[at]!), depth(tree.right[at]!)));
    expect(tree.leaf.length).toBeLessThanOrEqual(8);
    expect(depth(0)).toBeLessThanOrEqual(3);
  }
  // A forest of one tree tells its leaves apart by margin, so rows per leaf can be counted from outside.
  const one = trainGbdt({
    name: "trees",
    data: "simulated",
    train: train.data,
    settings: { ...limits, treesMax: 1 },
  }).artefact;
  const counts = Map.groupBy(marginsOf(one, train.data), (margin) => margin);
  expect(Math.min(...[...counts.values()].map((rows) => rows.length))).toBeGreaterThanOrEqual(700);
});

test("served margins reproduce the validation loss the trainer saw, tree by tree", () => {
  const { artefact, validationLosses } = trainGbdt({
    name: "trees",
    data: "simulated",
    train: train.data,
    validation: held.data,
    settings: { ...settings, treesMax: 400, learningRate: 0.3, patienceTrees: 5 },
  });
  const margins = marginsOf(artefact, held.data);
  const served = margins.reduce((sum, margin, row) => {
    const against = held.data.labels[row] === 1 ? -margin : margin;
    return sum + (against > 0 ? against + Math.log1p(Math.exp(-against)) : Math.log1p(Math.exp(against)));
  }, 0);
  expect(served / margins.length).toBe(Math.min(...validationLosses));
  expect(artefact.trees.length).toBe(validationLosses.indexOf(Math.min(...validationLosses)) + 1);
  expect(validationLosses.length).toBe(artefact.trees.length + 5);
});

test("missing values go the way they learned, in numbers and in categories", () => {
  const random = seededRandom(9);
  const meaning = (kind: "number" | "category") => {
    const of = schemaOf([kind === "number" ? "f64" : "dictionary"]);
    const values = Float64Array.from({ length: 4000 }, () => (random() < 0.3 ? Number.NaN : Math.floor(random() * 20)));
    const labels = Uint8Array.from(values, (value) =>
      Number(random() < (Number.isNaN(value) ? 0.8 : value > 9 ? 0.5 : 0.1)),
    );
    const { artefact } = trainGbdt({
      name: "trees",
      data: "simulated",
      train: { schema: of, columns: [values], labels },
      settings: { treesMax: 40 },
    });
    const rows = { schema: of, columns: [Float64Array.of(Number.NaN, 15, 3)], labels: new Uint8Array(3) };
    return [...marginsOf(artefact, rows)].map((margin) => 1 / (1 + Math.exp(-margin)));
  };
  for (const kind of ["number", "category"] as const) {
    const [missing, high, low] = meaning(kind);
    expect(missing, kind).toBeCloseTo(0.8, 1);
    expect(high, kind).toBeCloseTo(0.5, 1);
    expect(low, kind).toBeCloseTo(0.1, 1);
  }
});

test("without missing values in training, a missing one follows the larger side of every split", () => {
  const of = schemaOf(["f64"]);
  const values = Float64Array.from({ length: 1000 }, (_, row) => row);
  const labels = Uint8Array.from(values, (value) => Number(value < 200 ? value % 2 : value % 20 === 0));
  const { artefact } = trainGbdt({
    name: "trees",
    data: "simulated",
    train: { schema: of, columns: [values], labels },
    settings: { treesMax: 1, leavesMax: 2, rowShare: 1 },
  });
  const rows = { schema: of, columns: [Float64Array.of(Number.NaN, 999, 0)], labels: new Uint8Array(3) };
  const [missing, large, small] = marginsOf(artefact, rows);
  expect(missing).toBe(large);
  expect(missing).not.toBe(small);
});

test("more than 255 numbers and 254 categories: frequent categories are learned, rare ones share what they have in common", () => {
  const of = schemaOf(["dictionary", "f64"], 1000);
  const rowsOf = (seed: number) => {
    const random = seededRandom(seed);
    const codes = Float64Array.from({ length: 30_000 }, () => Math.floor(random() ** 3 * 1000));
    const numbers = Float64Array.from(codes, () => random());
    const truth = codes.map((code, row) => (code > 200 ? 0.5 : code % 2 === 0 ? 1 : -1) + Math.sin(9 * numbers[row]!));
    return { truth, data: { schema: of, columns: [codes, numbers], labels: drawLabels(truth, seed + 1) } };
  };
  const limits = { treesMax: 40, learningRate: 0.2, rowsPerCategoryMin: 10, categoriesPerSplitMax: 100 };
  const { artefact } = trainGbdt({ name: "trees", data: "simulated", train: rowsOf(13).data, settings: limits });
  const { truth, data } = rowsOf(15);
  const bayes = auc({ predictions: truth, labels: data.labels });
  expect(bayes - auc({ predictions: marginsOf(artefact, data), labels: data.labels })).toBeLessThan(0.02);
});

test("the linear model recovers weights of a linear truth, with a weight for missing", () => {
  const of = schemaOf(["f64", "dictionary"]);
  const random = seededRandom(21);
  const values = normals(60_000, { mean: 5, deviation: 2, seed: 22 }).map((value) =>
    random() < 0.2 ? Number.NaN : value,
  );
  const codes = Float64Array.from(values, () => Math.floor(random() * 3));
  const truth = values.map(
    (value, row) => -1 + (Number.isNaN(value) ? 0.7 : 0.5 * (value - 5)) + [0, 1, -1][codes[row]!]!,
  );
  const artefact = trainLinear({
    name: "linear",
    data: "simulated",
    train: { schema: of, columns: [values, codes], labels: drawLabels(truth, 23) },
  });
  const rows = {
    schema: of,
    columns: [Float64Array.of(5, 7, Number.NaN, 5, 5), Float64Array.of(0, 0, 0, 1, 2)],
    labels: new Uint8Array(5),
  };
  for (const [row, margin] of [-1, 0, -0.3, 0, -2].entries())
    expect(Math.abs(marginsOf(artefact, rows)[row]! - margin)).toBeLessThan(0.12);
});

test("the linear fit is the optimum: at its weights, every feature's predicted and observed positives differ by the penalty only", () => {
  const artefact = trainLinear({ name: "linear", data: "simulated", train: train.data, settings: { l2: 1e-6 } });
  const surplus = marginsOf(artefact, train.data).map(
    (margin, row) => 1 / (1 + Math.exp(-margin)) - train.data.labels[row]!,
  );
  const codes = train.data.columns[2]!;
  for (let code = 0; code < 40; code++) {
    expect(surplus.reduce((sum, each, row) => sum + (codes[row] === code ? each : 0), 0)).toBeCloseTo(0, 4);
  }
});

test("rows of logged snapshots are what the ranker saw, with absent values as missing", () => {
  const of = schemaOf(["f64", "i32", "dictionary"]);
  const one = new FeatureSnapshotBuilder(of, 2).setColumn("feature0", F64Column.from([1, Number.NaN])).build();
  const two = new FeatureSnapshotBuilder(of, 1)
    .setColumn("feature1", I32Column.from([7]))
    .setScalar("feature2", 3)
    .build();
  const { columns, labels } = trainingData([one, two], [0, 1, 1]);
  expect(columns.map((column) => [...column])).toEqual([
    [1, Number.NaN, Number.NaN],
    [Number.NaN, Number.NaN, 7],
    [Number.NaN, Number.NaN, 3],
  ]);
  expect([...labels]).toEqual([0, 1, 1]);
});

test("a snapshot turned into rows and back has the same digest", () => {
  fc.assert(
    fc.property(snapshots(schema), (snapshot) => {
      const data = trainingData([snapshot], new Uint8Array(snapshot.rowCount));
      expect(snapshotOf(data).digest).toBe(snapshot.digest);
    }),
    { numRuns: 50 },
  );
});

test("dealing puts every row into one part, keeps groups together and follows the shares", () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.nat({ max: 9 }), { maxLength: 80 }), (seed, groups) => {
      const parts = dealRows(groups.length, { shares: [3, 1, 1], seed, groups });
      expect(parts.flatMap((part) => [...part]).sort((left, right) => left - right)).toEqual([...groups.keys()]);
      const partsOfGroup = (group: number) => parts.filter((part) => part.some((row) => groups[row] === group));
      for (const group of groups) expect(partsOfGroup(group)).toHaveLength(1);
    }),
  );
  const [most] = dealRows(10_000, { shares: [0.9, 0.1], seed: 1 });
  expect(most!.length / 10_000).toBeCloseTo(0.9, 1);
});

test("rows that do not fit together are refused", () => {
  const task = (data: TrainingData) => () => trainGbdt({ name: "trees", data: "none", train: data });
  const { columns, labels } = selectRows(train.data, [0, 1, 2, 3]);
  expect(task({ schema, columns: columns.slice(1), labels })).toThrow(/TENON1457/);
  expect(task({ schema, columns: columns.map((column) => column.slice(1)), labels })).toThrow(/TENON1457.*"feature0"/);
  expect(task({ schema, columns, labels: Uint8Array.of(0, 1, 2, 0) })).toThrow(/TENON1457.*row 2/);
  expect(task({ schema, columns, labels: new Uint8Array(4) })).toThrow(/all labels are the same/);
});
