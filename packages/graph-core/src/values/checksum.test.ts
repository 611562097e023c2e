import fc from "fast-check";
import { expect, test } from "vitest";
import { CandidateBatch } from "./candidate-batch.ts";
import { arraySum, type Guarded, visitArrays } from "./checksum.ts";
import { columnValues } from "./column.ts";
import { F64Column, U8Column } from "./columns.ts";
import { defineFeatureSchema } from "./feature-schema.ts";
import { IdColumn } from "./id-columns.ts";
import { FeatureSnapshotBuilder } from "./snapshot-builder.ts";

/** One number for all arrays behind a value. */
function checksum(value: Guarded): string {
  const sums: number[] = [];
  visitArrays(value, (array) => sums.push(arraySum(array)));
  return sums.join(" ");
}

test("a write of one element behind a column always changes the checksum", () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (values, at, change) => {
      const column = U8Column.from(values);
      const before = checksum(column);
      const raw = columnValues(column);
      const row = at % raw.length;
      raw[row] = (raw[row] as number) ^ change;
      expect(checksum(column)).not.toBe(before);
      raw[row] = (raw[row] as number) ^ change;
      expect(checksum(column)).toBe(before);
    }),
  );
});

test("a batch's checksum sees a write behind an ancestor's column, and does not see reading", () => {
  const scores = F64Column.from([1, 2, 3]);
  const selected = CandidateBatch.of(IdColumn.from([1, 2, 3]), { score: scores }).select([2, 1]);
  const before = checksum(selected);
  selected.column("score").at(0);
  expect(checksum(selected)).toBe(before);
  columnValues(scores)[0] = -1;
  expect(checksum(selected)).not.toBe(before);
});

test("a snapshot's checksum sees a write behind any of its columns", () => {
  const feature = { type: "f64", unit: "none", nullPolicy: "missing", owner: "o", version: 1 } as const;
  const schema = defineFeatureSchema({
    name: "x",
    version: 1,
    features: [
      { ...feature, name: "a" },
      { ...feature, name: "b" },
    ],
  });
  const column = F64Column.from([1, 2]);
  const snapshot = new FeatureSnapshotBuilder(schema, 2).setScalar("a", 1).setColumn("b", column).build();
  const before = checksum(snapshot);
  columnValues(column)[1] = 2.000001;
  expect(checksum(snapshot)).not.toBe(before);
});
