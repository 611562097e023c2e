/** Claims about types: each line below an expect-error must not compile, and the file fails to type-check when one does. */
import { expect, test } from "vitest";
import { defineFeatureSchema } from "./feature-schema.ts";
import type { FeatureSnapshot } from "./feature-snapshot.ts";
import { FeatureSnapshotBuilder } from "./snapshot-builder.ts";

const feature = { type: "f64", unit: "none", nullPolicy: "missing", owner: "ads-ranking", version: 1 } as const;
const schema = defineFeatureSchema({
  name: "ranking",
  version: 1,
  features: [
    { ...feature, name: "age" },
    { ...feature, name: "clicks" },
  ],
});

test("a feature that the schema does not hold can be neither set nor read", () => {
  const snapshot = new FeatureSnapshotBuilder(schema, 1).setScalar("age", 30).build();
  expect(snapshot.valueAt("age", 0)).toBe(30);
  expect(() => {
    // @ts-expect-error no such feature to read
    snapshot.valueAt("clickz", 0);
  }).toThrow(/TENON1158/);
  expect(() => {
    // @ts-expect-error no such feature to set
    new FeatureSnapshotBuilder(schema, 1).setScalar("agee", 30);
  }).toThrow(/TENON1158/);
});

test("a snapshot of any features can be passed where no feature is named", () => {
  const rows = (snapshot: FeatureSnapshot): number => snapshot.rowCount;
  expect(rows(new FeatureSnapshotBuilder(schema, 3).build())).toBe(3);
});
