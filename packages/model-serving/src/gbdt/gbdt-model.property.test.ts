import fc from "fast-check";
import { expect, test } from "vitest";
import { forests, naiveMargin, schemaOf, schemas, sharedFacts, snapshots } from "../../test/random-models.ts";
import { type GbdtArtefact, sealArtefact, type Tree } from "../artefact/model-artefact.ts";
import { ROWS_PER_BLOCK } from "../feature-block.ts";
import { loadModel } from "../load-model.ts";
import { selectRows, snapshotOf, trainingData } from "../train/training-data.ts";

const cases = schemas.chain((schema) =>
  fc.tuple(
    snapshots(schema),
    fc.constantFrom("f64" as const, "f32" as const).chain((precision) => forests(schema, precision)),
  ),
);

test("margins equal a naive walk of the artefact bit for bit, with categories, missing values and float32 models", () => {
  fc.assert(
    fc.property(cases, ([snapshot, artefact]) => {
      const { margins } = loadModel(artefact).score(snapshot);
      for (let row = 0; row < snapshot.rowCount; row++) {
        expect(margins.at(row)).toBe(naiveMargin(artefact, snapshot, row));
      }
    }),
    { numRuns: 400 },
  );
});

test("a row's margin depends on its own features only: not on its block, its neighbours or an earlier call", () => {
  fc.assert(
    fc.property(cases, fc.nat({ max: 2 * ROWS_PER_BLOCK }), ([snapshot, artefact], padding) => {
      fc.pre(snapshot.rowCount > 0);
      const model = loadModel(artefact);
      const alone = model.score(snapshot).margins;
      const data = trainingData([snapshot], new Uint8Array(snapshot.rowCount));
      const rows = Array.from({ length: padding + snapshot.rowCount }, (_, row) => row % snapshot.rowCount);
      const among = model.score(snapshotOf(selectRows(data, rows))).margins;
      expect(rows.map((row) => alone.at(row))).toEqual(rows.map((_, index) => among.at(index)));
    }),
    { numRuns: 60 },
  );
});

test("scores carry the digest of the snapshot and the version of the model", () => {
  fc.assert(
    fc.property(cases, ([snapshot, artefact]) => {
      const scores = loadModel(artefact).score(snapshot);
      expect(scores.isOf(snapshot)).toBe(true);
      expect(scores.modelVersion).toBe(artefact.version);
    }),
    { numRuns: 20 },
  );
});

test("two features may share a category set, each with its own largest code", () => {
  const schema = schemaOf(["dictionary", "dictionary"]);
  const split = (feature: number, categorySet: number, value: number): Tree => ({
    feature: [feature],
    threshold: [0],
    categorySet: [categorySet],
    missingLeft: [false],
    left: [-1],
    right: [-2],
    leaf: [value, 0],
  });
  const artefact = sealArtefact<GbdtArtefact>({
    ...sharedFacts(schema, "f64"),
    kind: "gbdt",
    base: 0,
    categorySets: [[1], [30]],
    trees: [split(0, 0, 1), split(1, 0, 10), split(1, 1, 100)],
  });
  const codes = Float64Array.from({ length: 40 }, (_, code) => code);
  const snapshot = snapshotOf({ schema, columns: [codes, codes], labels: new Uint8Array(40) });
  const { margins } = loadModel(artefact).score(snapshot);
  const expected = Array.from(codes, (code) => (code === 1 ? 11 : code === 30 ? 100 : 0));
  expect(Array.from(codes, (code) => margins.at(code))).toEqual(expected);
});
