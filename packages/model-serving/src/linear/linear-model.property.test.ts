import fc from "fast-check";
import { expect, test } from "vitest";
import { linearModels, naiveMargin, schemas, snapshots } from "../../test/random-models.ts";
import { loadModel } from "../load-model.ts";

const cases = schemas.chain((schema) =>
  fc.tuple(
    snapshots(schema),
    fc.constantFrom("f64" as const, "f32" as const).chain((precision) => linearModels(schema, precision)),
  ),
);

test("margins equal a naive sum of the terms bit for bit, with missing values, newer words and float32 models", () => {
  fc.assert(
    fc.property(cases, ([snapshot, artefact]) => {
      const { margins } = loadModel(artefact).score(snapshot);
      for (let row = 0; row < snapshot.rowCount; row++) {
        expect(margins.at(row)).toBe(naiveMargin(artefact, snapshot, row));
      }
    }),
    { numRuns: 300 },
  );
});
