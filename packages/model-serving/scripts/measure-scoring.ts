/**
 * What scoring costs: 500 rows through 60 trees of 31 leaves over 30 features, beside a plain walk of the same artefact.
 *
 *   node --conditions=@tenon/source packages/model-serving/scripts/measure-scoring.ts
 *
 * Not measured: the snapshot's digest (computed once, before the clock starts) and a cold processor cache.
 */
import { Dictionary, defineFeatureSchema, type FeatureSchema } from "@tenon/graph-core";
import type { GbdtArtefact } from "../src/artefact/model-artefact.ts";
import { loadModel } from "../src/load-model.ts";
import { trainGbdt } from "../src/train/gbdt-trainer.ts";
import { seededRandom } from "../src/train/seeded-random.ts";
import { selectRows, snapshotOf, type TrainingData } from "../src/train/training-data.ts";

const FEATURES = 30;
const TREES = 60;
const ROWS = 500;
const TRAINING_ROWS = 200_000;
const WORDS = 300;
const ROUNDS = 300;
const CALLS_PER_ROUND = 5;

/** `categoriesEvery`: each n-th feature is a dictionary feature; 0 for none. */
function simulate(categoriesEvery: number): TrainingData {
  const dictionary = new Dictionary(Array.from({ length: WORDS }, (_, index) => `word ${index}`));
  const isWord = (feature: number) => categoriesEvery > 0 && feature % categoriesEvery === categoriesEvery - 1;
  const schema: FeatureSchema = defineFeatureSchema({
    name: "measured",
    version: 1,
    features: Array.from({ length: FEATURES }, (_, feature) => ({
      name: `feature${feature}`,
      type: isWord(feature) ? "dictionary" : "f64",
      unit: "none",
      nullPolicy: "missing",
      owner: "ads-ranking",
      version: 1,
      ...(isWord(feature) && { dictionary }),
    })),
  });
  const random = seededRandom(5);
  const columns = schema.names.map((_, feature) =>
    Float64Array.from({ length: TRAINING_ROWS }, () => {
      if (random() < 0.05) return Number.NaN;
      return isWord(feature) ? Math.floor(random() * random() * WORDS) : random();
    }),
  );
  const labels = Uint8Array.from({ length: TRAINING_ROWS }, (_, row) => {
    const lift = columns.reduce(
      (sum, column, feature) => sum + Math.sin((feature + 3) * ((column[row] as number) || 0.3)),
      0,
    );
    return Number(random() < 1 / (1 + Math.exp(3 - 0.4 * lift)));
  });
  return { schema, columns, labels };
}

/** The same margins, one row and one tree at a time, straight from the artefact's arrays. Numbers only. */
function plainMargin({ base, trees }: GbdtArtefact, cells: Float64Array): number {
  let margin = base;
  for (const tree of trees) {
    let at = 0;
    while (at >= 0) {
      const value = cells[tree.feature[at] as number] as number;
      const left = Number.isNaN(value) ? tree.missingLeft[at] : value <= (tree.threshold[at] as number);
      at = (left ? tree.left[at] : tree.right[at]) as number;
    }
    margin += tree.leaf[~at] as number;
  }
  return margin;
}

/** Median of `ROUNDS` rounds, in microseconds per call. The subjects take turns, so that a slow moment hits them all. */
function medianMicroseconds(subjects: Readonly<Record<string, () => void>>): Readonly<Record<string, number>> {
  const times = new Map(Object.keys(subjects).map((name) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(subjects)) {
      const startNs = process.hrtime.bigint();
      for (let call = 0; call < CALLS_PER_ROUND; call++) run();
      times.get(name)?.push(Number(process.hrtime.bigint() - startNs) / CALLS_PER_ROUND / 1000);
    }
  }
  const middle = (values: readonly number[]) => values.toSorted((left, right) => left - right)[ROUNDS / 2] as number;
  return Object.fromEntries([...times].map(([name, values]) => [name, middle(values)]));
}

function prepare(categoriesEvery: number) {
  const data = simulate(categoriesEvery);
  const startMs = performance.now();
  const { artefact } = trainGbdt({ name: "measured", data: "simulated", train: data, settings: { treesMax: TREES } });
  const trainMs = performance.now() - startMs;
  const rows = selectRows(
    data,
    Int32Array.from({ length: ROWS }, (_, row) => row * 7),
  );
  const snapshot = snapshotOf(rows);
  console.log(
    `${categoriesEvery ? "with categories" : "numbers only"}: trained ${artefact.trees.length} trees on ${TRAINING_ROWS} rows in ${Math.round(trainMs)} ms; digest ${snapshot.digest.slice(0, 8)}`,
  );
  return { artefact, rows, snapshot, model: loadModel(artefact) };
}

const numbers = prepare(0);
const mixed = prepare(6);
const cells = Array.from({ length: ROWS }, (_, row) =>
  Float64Array.from(numbers.rows.columns, (column) => column[row] as number),
);
let sink = 0;
const medians = medianMicroseconds({
  "plain walk, numbers only": () => {
    for (const row of cells) sink += plainMargin(numbers.artefact, row);
  },
  "numbers only": () => {
    sink += numbers.model.score(numbers.snapshot).margins.at(0);
  },
  "with categories": () => {
    sink += mixed.model.score(mixed.snapshot).margins.at(0);
  },
});
for (const [name, microseconds] of Object.entries(medians)) {
  console.log(
    `${name}: ${microseconds.toFixed(0)} µs for ${ROWS} rows, ${((microseconds * 1000) / ROWS / TREES).toFixed(1)} ns per tree and row`,
  );
}
if (Number.isNaN(sink)) throw new Error("a margin is not a number");
