import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphError } from "../contract/error.ts";
import { type Column, columnValues } from "./column.ts";
import { F32Column, F64Column, I32Column, U8Column } from "./columns.ts";
import { Dictionary, DictionaryColumn } from "./dictionary.ts";
import { ABSENT_I32, defineFeatureSchema, type FeatureDeclaration } from "./feature-schema.ts";
import { FeatureSnapshot } from "./feature-snapshot.ts";
import { ModelScores } from "./model-scores.ts";
import { FeatureSnapshotBuilder } from "./snapshot-builder.ts";
import { FEATURE_STATUSES, type FeatureStatus } from "./snapshot-parts.ts";

const words = new Dictionary(["cafe", "bank", "zoo"]);
const common = { unit: "none", owner: "ads-ranking", version: 1 } as const;
const features: readonly FeatureDeclaration[] = [
  { ...common, name: "score", type: "f64", nullPolicy: "missing" },
  { ...common, name: "age", type: "f32", nullPolicy: "default", default: 30 },
  { ...common, name: "shown", type: "i32", nullPolicy: "missing" },
  { ...common, name: "category", type: "dictionary", nullPolicy: "missing", dictionary: words },
];
const schema = defineFeatureSchema({ name: "ranking", version: 1, features });

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof GraphError) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

function builder(rowCount = 2): FeatureSnapshotBuilder {
  return new FeatureSnapshotBuilder(schema, rowCount);
}

test("absent values follow the null policy and keep their reason", () => {
  const snapshot = builder()
    .setColumn("score", F64Column.from([1.5, Number.NaN]))
    .setScalar("age", undefined, "timeout")
    .setColumn("shown", I32Column.from([4, 5]), U8Column.from([0, 4]))
    .build();
  expect([snapshot.valueAt("score", 0), snapshot.statusAt("score", 0)]).toEqual([1.5, "ok"]);
  expect([snapshot.valueAt("score", 1), snapshot.statusAt("score", 1)]).toEqual([Number.NaN, "missing"]);
  expect([snapshot.valueAt("age", 1), snapshot.statusAt("age", 1)]).toEqual([30, "timeout"]);
  expect([snapshot.valueAt("shown", 1), snapshot.statusAt("shown", 1)]).toEqual([5, "stale"]);
  expect([snapshot.valueAt("category", 0), snapshot.statusAt(3, 0)]).toEqual([-1, "missing"]);
  expect(snapshot.statusCounts("score")).toEqual({ ok: 1, default: 0, missing: 1, timeout: 0, stale: 0 });
});

test("a feature that was never set is defaulted or missing, by its policy", () => {
  const snapshot = builder().build();
  expect(features.map(({ name }) => snapshot.statusAt(name, 0))).toEqual(["missing", "default", "missing", "missing"]);
  expect(snapshot.valueAt("age", 0)).toBe(30);
  expect(snapshot.valueAt("shown", 0)).toBeNaN();
  expect(columnValues(snapshot.column("shown") as I32Column)[0]).toBe(ABSENT_I32);
});

test("a present value must be a value: a status cannot make NaN or an unknown code present", () => {
  expect(codeOf(() => builder().setColumn("score", F64Column.from([1, Number.NaN]), "ok"))).toBe("TENON1159");
  expect(codeOf(() => builder().setColumn("score", F64Column.from([1, Number.POSITIVE_INFINITY])))).toBe("TENON1159");
  expect(codeOf(() => builder().setScalar("category", 3))).toBe("TENON1159");
  expect(codeOf(() => builder().setScalar("shown", 1.5))).toBe("TENON1159");
  expect(codeOf(() => builder().setColumn("shown", I32Column.from([1, 2]), U8Column.from([0, 9])))).toBe("TENON1159");
});

test("a column of another type, length or dictionary is refused, and so is a second set", () => {
  expect(codeOf(() => builder().setColumn("score", F32Column.from([1, 2])))).toBe("TENON1159");
  expect(codeOf(() => builder().setColumn("score", F64Column.from([1])))).toBe("TENON1159");
  const other = DictionaryColumn.encode(new Dictionary(["cafe"]), ["cafe", "cafe"]);
  expect(codeOf(() => builder().setColumn("category", other))).toBe("TENON1159");
  expect(codeOf(() => builder().setScalar("age", 1).setScalar("age", 1))).toBe("TENON1159");
  expect(codeOf(() => builder().setScalar("agee", 1))).toBe("TENON1158");
});

test("a builder builds once", () => {
  const used = builder();
  used.build();
  expect(codeOf(() => used.build())).toBe("TENON1151");
  expect(codeOf(() => used.setScalar("age", 1))).toBe("TENON1151");
});

test("a schema whose declarations contradict themselves is refused", () => {
  const declare = (feature: Partial<FeatureDeclaration>) => () =>
    defineFeatureSchema({ name: "x", version: 1, features: [{ ...(features[0] as FeatureDeclaration), ...feature }] });
  expect(codeOf(declare({ nullPolicy: "default" }))).toBe("TENON1160");
  expect(codeOf(declare({ default: 1 }))).toBe("TENON1160");
  expect(codeOf(declare({ type: "dictionary" }))).toBe("TENON1160");
  expect(codeOf(declare({ type: "i32", nullPolicy: "default", default: 0.5 }))).toBe("TENON1160");
  const twice = [features[0], features[0]] as readonly FeatureDeclaration[];
  expect(codeOf(() => defineFeatureSchema({ name: "x", version: 1, features: twice }))).toBe("TENON1160");
});

test("every fact of a declaration is in the schema's fingerprint, except what it is kept for", () => {
  const [first] = features as [FeatureDeclaration];
  const print = (feature: FeatureDeclaration) =>
    defineFeatureSchema({ name: "x", version: 1, features: [feature] }).fingerprint;
  const changes: Partial<FeatureDeclaration>[] = [
    { name: "other" },
    { type: "f32" },
    { unit: "micros" },
    { nullPolicy: "default", default: 0 },
    { owner: "ads-other" },
    { version: 2 },
  ];
  const prints = [first, ...changes.map((change) => ({ ...first, ...change }))].map(print);
  expect(new Set(prints).size).toBe(prints.length);
  expect(print({ ...first, nullPolicy: "default", default: -0 })).not.toBe(
    print({ ...first, nullPolicy: "default", default: 0 }),
  );
  expect(print({ ...first, keptFor: "analysis" })).toBe(print(first));
});

test("the bytes have the documented layout and the digest is their sha-256", () => {
  const snapshot = builder()
    .setColumn("score", F64Column.from([1, -0]))
    .setScalar("age", 2)
    .setColumn("shown", I32Column.from([7, 8]), U8Column.from([0, 4]))
    .setColumn("category", DictionaryColumn.encode(words, ["zoo", "zoo"]))
    .build();
  const hex = [
    schema.fingerprint,
    "02000000",
    // score: values differ, statuses all ok; -0 keeps its sign
    "02" + "000000000000f03f" + "0000000000000080" + "00",
    // age: one value, one status
    "03" + "00000040" + "00",
    // shown: two values, two statuses
    "00" + "07000000" + "08000000" + "0004",
    "03" + "02000000" + "00",
  ];
  expect(Buffer.from(snapshot.toBytes()).toString("hex")).toBe(hex.join(""));
  expect(snapshot.digest).toBe(createHash("sha256").update(snapshot.toBytes()).digest("hex"));
});

test("every NaN has one bit pattern, wherever it came from", () => {
  const odd = new Float64Array(2);
  new DataView(odd.buffer).setBigUint64(0, 0x7ff8_dead_beef_0001n, true);
  odd[1] = 1;
  const snapshot = builder().setColumn("score", F64Column.from(odd)).build();
  const plain = builder()
    .setColumn("score", F64Column.from([Number.NaN, 1]))
    .build();
  expect(snapshot.digest).toBe(plain.digest);
});

test("0 and -0 in one column are two values: neither becomes the other", () => {
  for (const values of [
    [0, -0],
    [-0, 0],
  ]) {
    for (const [name, column] of [
      ["score", F64Column.from(values)],
      ["age", F32Column.from(values)],
    ] as const) {
      const snapshot = builder().setColumn(name, column).build();
      const back = FeatureSnapshot.fromBytes(schema, snapshot.toBytes());
      expect([back.valueAt(name, 0), back.valueAt(name, 1)]).toEqual(values);
    }
  }
});

const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -0, 1, Number.NaN));
const rows = fc.integer({ min: 0, max: 5 });

/** Contents of a snapshot: for each feature, what is set, in a form that can be applied in any order. */
interface Setting {
  readonly name: string;
  readonly apply: (to: FeatureSnapshotBuilder) => void;
}

function settings(rowCount: number): fc.Arbitrary<readonly Setting[]> {
  const codes = fc.constantFrom(...FEATURE_STATUSES.keys());
  const list = <T>(each: fc.Arbitrary<T>) => fc.array(each, { minLength: rowCount, maxLength: rowCount });
  const column = (name: string, make: fc.Arbitrary<Column>): fc.Arbitrary<Setting> =>
    fc.oneof(
      make.map((made) => ({ name, apply: (to: FeatureSnapshotBuilder) => void to.setColumn(name, made) })),
      fc.tuple(make, list(codes)).map(([made, statuses]) => ({
        name,
        apply: (to: FeatureSnapshotBuilder) => {
          // A present row must hold a value, so rows that hold none are told to be missing.
          const values = columnValues(made) as Float64Array;
          const absent = (row: number) =>
            Number.isNaN(values[row]) || (made.type === "dictionary" && values[row] === -1);
          to.setColumn(name, made, U8Column.from(statuses.map((code, row) => (absent(row) ? 2 : code))));
        },
      })),
    );
  const scalar = (name: string, make: fc.Arbitrary<number | undefined>): fc.Arbitrary<Setting> =>
    make.map((made) => ({ name, apply: (to: FeatureSnapshotBuilder) => void to.setScalar(name, made) }));
  const unset = (name: string): fc.Arbitrary<Setting> => fc.constant({ name, apply: () => {} });
  return fc.tuple(
    fc.oneof(
      column(
        "score",
        list(value).map((all) => F64Column.from(all)),
      ),
      scalar("score", value),
      unset("score"),
    ),
    fc.oneof(
      column(
        "age",
        list(fc.float({ noDefaultInfinity: true })).map((all) => F32Column.from(all)),
      ),
      unset("age"),
    ),
    fc.oneof(
      column(
        "shown",
        list(fc.nat(3)).map((all) => I32Column.from(all)),
      ),
      scalar("shown", fc.nat(3)),
      unset("shown"),
    ),
    fc.oneof(
      column(
        "category",
        list(fc.nat(2)).map((all) => DictionaryColumn.fromCodes(words, all)),
      ),
      scalar("category", fc.option(fc.nat(2), { nil: undefined })),
      unset("category"),
    ),
  );
}

const contents = rows.chain((rowCount) =>
  fc.record({
    rowCount: fc.constant(rowCount),
    all: settings(rowCount),
    order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
  }),
);

function buildInOrder(rowCount: number, all: readonly Setting[], order: readonly number[]): FeatureSnapshot {
  const made = builder(rowCount);
  for (const at of order) all[at]?.apply(made);
  return made.build();
}

test("the digest does not depend on the order in which features were set", () => {
  fc.assert(
    fc.property(contents, ({ rowCount, all, order }) => {
      expect(buildInOrder(rowCount, all, order).digest).toBe(buildInOrder(rowCount, all, [0, 1, 2, 3]).digest);
    }),
  );
});

test("a scalar and a column of the same value are the same content", () => {
  const byScalar = builder().setScalar("score", 4.5).build();
  const byColumn = builder()
    .setColumn("score", F64Column.from([4.5, 4.5]), U8Column.from([0, 0]))
    .build();
  expect(byScalar.digest).toBe(byColumn.digest);
});

test("bytes give the same snapshot back, value by value and status by status", () => {
  fc.assert(
    fc.property(contents, ({ rowCount, all, order }) => {
      const snapshot = buildInOrder(rowCount, all, order);
      // A view into a larger Buffer, as a log reader has it.
      const stored = Buffer.concat([Buffer.of(1), snapshot.toBytes(), Buffer.of(2)]).subarray(1, -1);
      const back = FeatureSnapshot.fromBytes(schema, stored);
      expect(back.digest).toBe(snapshot.digest);
      for (const { name } of features) {
        for (let row = 0; row < rowCount; row++) {
          expect(Object.is(back.valueAt(name, row), snapshot.valueAt(name, row))).toBe(true);
          expect(back.statusAt(name, row)).toBe<FeatureStatus>(snapshot.statusAt(name, row));
        }
      }
    }),
  );
});

test("one flipped bit is refused or changes the digest, wherever it is", () => {
  fc.assert(
    fc.property(contents, fc.nat(), ({ rowCount, all, order }, at) => {
      const snapshot = buildInOrder(rowCount, all, order);
      const bytes = snapshot.toBytes();
      const bit = at % (bytes.length * 8);
      bytes[bit >>> 3] = (bytes[bit >>> 3] as number) ^ (1 << (bit & 7));
      let digest = "refused";
      try {
        digest = FeatureSnapshot.fromBytes(schema, bytes).digest;
      } catch (error) {
        expect((error as GraphError).code).toMatch(/^TENON11(59|61)$/);
      }
      expect(digest).not.toBe(snapshot.digest);
    }),
    { numRuns: 500 },
  );
});

test("bytes of another schema are refused, naming both fingerprints", () => {
  const other = defineFeatureSchema({ name: "other", version: 1, features: features.slice(1) });
  expect(codeOf(() => FeatureSnapshot.fromBytes(other, builder().build().toBytes()))).toBe("TENON1161");
  expect(codeOf(() => FeatureSnapshot.fromBytes(schema, new Uint8Array(3)))).toBe("TENON1161");
});

test("a write behind a column is seen, though the digest was taken before it", () => {
  const snapshot = builder()
    .setColumn("score", F64Column.from([1, 2]))
    .build();
  const { digest } = snapshot;
  expect(snapshot.isIntact()).toBe(true);
  columnValues(snapshot.column("score") as F64Column)[0] = 9;
  expect(snapshot.digest).toBe(digest);
  expect(snapshot.isIntact()).toBe(false);
});

test("scores belong to the snapshot they were computed from, and to no other", () => {
  const snapshot = builder()
    .setColumn("score", F64Column.from([1, 2]))
    .build();
  const scores = ModelScores.of(snapshot, { modelVersion: "m1", margins: F64Column.from([0.1, 0.2]) });
  expect(scores.snapshotDigest).toBe(snapshot.digest);
  expect(scores.isOf(snapshot)).toBe(true);
  expect(
    scores.isOf(
      builder()
        .setColumn("score", F64Column.from([1, 3]))
        .build(),
    ),
  ).toBe(false);
  const short = { modelVersion: "m1", margins: F64Column.from([0.1]) };
  expect(codeOf(() => ModelScores.of(snapshot, short))).toBe("TENON1155");
});
