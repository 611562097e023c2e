import fc from "fast-check";
import { expect, test } from "vitest";
import { forests, naiveMargin, schemas, snapshots } from "../../test/random-models.ts";
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
