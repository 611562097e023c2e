import { expect, test } from "vitest";
import { CandidateBatch } from "./candidate-batch.ts";
import { columnValues } from "./column.ts";
import { F64Column } from "./columns.ts";
import { defineFeatureSchema } from "./feature-schema.ts";
import { IdColumn } from "./id-columns.ts";
import { FeatureSnapshotBuilder } from "./snapshot-builder.ts";
import { type Guarded, visitArrays } from "./visit-arrays.ts";

function arraysOf(value: Guarded): readonly ArrayBufferView[] {
  const arrays: ArrayBufferView[] = [];
  visitArrays(value, (array) => arrays.push(array));
  return arrays;
}

test("a selected batch rests on its ids, its rows and the columns of the batches it came from, read or not", () => {
  const ids = IdColumn.from([1, 2, 3]);
  const score = F64Column.from([1, 2, 3]);
  const more = F64Column.from([4, 5]);
  const selected = CandidateBatch.of(ids, { score }).select([2, 1]).with("more", more);
  const before = arraysOf(selected);
  expect(before).toContain(columnValues(score));
  expect(before).toContain(columnValues(more));
  expect(before).toContain(columnValues(ids));
  expect(before).toContainEqual(Int32Array.from([2, 1]));
  selected.column("score").at(0);
  expect(arraysOf(selected)).toEqual(before);
});

test("a snapshot rests on its columns and statuses", () => {
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
  expect(arraysOf(snapshot)).toContain(columnValues(column));
});
