import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphError } from "../contract/error.ts";
import { CandidateBatch } from "../values/candidate-batch.ts";
import { columnValues } from "../values/column.ts";
import { F32Column, F64Column, I32Column, U8Column } from "../values/columns.ts";
import { Dictionary, DictionaryColumn } from "../values/dictionary.ts";
import { defineFeatureSchema } from "../values/feature-schema.ts";
import type { FeatureSnapshot } from "../values/feature-snapshot.ts";
import { I64Column, IdColumn } from "../values/id-columns.ts";
import { ModelScores } from "../values/model-scores.ts";
import { FeatureSnapshotBuilder } from "../values/snapshot-builder.ts";
import { decodeValue, encodeValue } from "./value-codec.ts";

function errorOf(act: () => unknown): GraphError {
  try {
    act();
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const plain = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(null, undefined, true, false, 0, -0, "", "\ud800", 0n, -1n),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: "binary", maxLength: 80 }),
    fc.bigInt(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ maxLength: 3 }).filter((name) => name !== "__proto__"),
      tie("value"),
      {
        maxKeys: 4,
        noNullPrototype: true,
      },
    ),
  ),
})).value;

test("plain values come back as they were", () => {
  fc.assert(fc.property(plain, (value) => isDeepStrictEqual(decodeValue(encodeValue(value)), value)));
});

test("two values have equal bytes exactly when they are equal, whatever order their keys were set in", () => {
  const hex = (value: unknown) => Buffer.from(encodeValue(value)).toString("hex");
  fc.assert(
    fc.property(plain, plain, (left, right) => {
      expect(hex(left) === hex(right)).toBe(isDeepStrictEqual(left, right));
    }),
  );
  expect(
    hex([
      { b: 1, a: 2 },
      { a: 3, b: 4 },
    ]),
  ).toBe(
    hex([
      { a: 2, b: 1 },
      { b: 4, a: 3 },
    ]),
  );
});

test("columns of every type come back bit by bit, NaN and -0 included", () => {
  const words = new Dictionary(["x", "y"]);
  const columns = [
    F64Column.from([1, -0, Number.NaN]),
    F32Column.from([1.5, Number.NaN]),
    I32Column.from([-5]),
    U8Column.from([255]),
    IdColumn.from([Number.MIN_SAFE_INTEGER, -1, 0, 2 ** 32, Number.MAX_SAFE_INTEGER]),
    I64Column.from([-(2n ** 63n), 2n ** 63n - 1n]),
    DictionaryColumn.encode(words, ["y", "x"]),
  ];
  for (const column of columns) {
    const back = decodeValue(encodeValue(column)) as typeof column;
    expect(back.type).toBe(column.type);
    expect(columnValues(back)).toEqual(columnValues(column));
  }
});

test("every NaN in a column is written with the same bits", () => {
  const odd = F64Column.from([0]);
  new DataView(columnValues(odd).buffer).setBigUint64(0, 0xfff8_0000_0000_0123n, true);
  expect(encodeValue(odd)).toEqual(encodeValue(F64Column.from([Number.NaN])));
});

test("a selected batch is written like one that was built so, and comes back without origin", () => {
  const ids = IdColumn.from([1, 2, 3]);
  const batch = CandidateBatch.of(ids, { b: F64Column.from([1, 2, 3]) }).with("a", I32Column.from([4, 5, 6]));
  const selected = batch.select([2, 0]);
  const built = CandidateBatch.of(IdColumn.from([3, 1]), { a: I32Column.from([6, 4]), b: F64Column.from([3, 1]) });
  expect(encodeValue(selected)).toEqual(encodeValue(built));
  const back = decodeValue(encodeValue({ batch: selected })) as { readonly batch: CandidateBatch };
  expect([back.batch.ids.at(0), back.batch.column("a").at(0), back.batch.origin]).toEqual([3, 6, undefined]);
});

test("a snapshot and its scores come back under their schema, and not under another", () => {
  const feature = { type: "f64", unit: "none", nullPolicy: "missing", owner: "o", version: 1 } as const;
  const schema = defineFeatureSchema({ name: "x", version: 1, features: [{ ...feature, name: "a" }] });
  const snapshot = new FeatureSnapshotBuilder(schema, 2).setColumn("a", F64Column.from([1, Number.NaN])).build();
  const scores = ModelScores.of(snapshot, { modelVersion: "m", margins: F64Column.from([1, 2]) });
  const bytes = encodeValue([snapshot, scores]);
  const [snapshotBack, scoresBack] = decodeValue(bytes, [schema]) as [FeatureSnapshot, ModelScores];
  expect(snapshotBack.digest).toBe(snapshot.digest);
  expect(scoresBack.isOf(snapshotBack)).toBe(true);
  expect(errorOf(() => decodeValue(bytes)).code).toBe("TENON1161");
});

test("a value outside the universe is refused with its path", () => {
  class Row {}
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const cases: readonly (readonly [unknown, string])[] = [
    [{ reads: [1, { score: Number.NaN }] }, '"reads[1].score" cannot be encoded: NaN'],
    [{ at: new Date(0) }, '"at" cannot be encoded: an instance of Date'],
    [[new Map()], '"[0]" cannot be encoded: an instance of Map'],
    [new Row(), "the value itself cannot be encoded: an instance of Row"],
    [{ f: () => 1 }, '"f" cannot be encoded: a function'],
    [[Symbol("s")], '"[0]" cannot be encoded: a symbol'],
    [{ [Symbol("s")]: 1 }, "the value itself cannot be encoded: an object"],
    [Array(1), '"[0]" cannot be encoded: undefined'],
    [JSON.parse('{"__proto__":1}'), '"__proto__" cannot be encoded: 1'],
  ];
  for (const [value, message] of cases) {
    const error = errorOf(() => encodeValue(value));
    expect(error.code).toBe("TENON1152");
    expect(error.message).toBe(`TENON1152 ${message}`);
  }
  expect(errorOf(() => encodeValue(cycle)).detail).toContain("at most 256 levels");
});

test("damaged bytes are refused, and never fill the memory", () => {
  const bytes = encodeValue({ list: [1, "two", 3n], column: F64Column.from([1, 2, 3]) });
  fc.assert(
    fc.property(
      fc.nat(bytes.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.nat(bytes.length),
      (at, change, length) => {
        const damaged = bytes.slice(0, Math.max(1, length));
        const place = at % damaged.length;
        damaged[place] = (damaged[place] as number) ^ change;
        try {
          decodeValue(damaged);
        } catch (error) {
          expect((error as GraphError).code).toMatch(/^TENON11(61|54|55)$/);
        }
      },
    ),
    { numRuns: 2000 },
  );
  expect(errorOf(() => decodeValue(Uint8Array.of(6, 255, 255, 255, 127))).code).toBe("TENON1161");
});
