import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphError } from "../contract/error.ts";
import { columnValues, gather, isColumn } from "./column.ts";
import { F32Column, F64Column, I32Column, U8Column } from "./columns.ts";
import { Dictionary, DictionaryColumn } from "./dictionary.ts";
import { I64Column, IdColumn } from "./id-columns.ts";
import { F32Writer, F64Writer, I32Writer, IdWriter, U8Writer } from "./writers.ts";

function errorOf(act: () => unknown): GraphError {
  try {
    act();
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

test("a column is a copy: changing the source afterwards changes nothing", () => {
  const source = Float64Array.of(1, 2);
  const column = F64Column.from(source);
  source[0] = 9;
  expect(column.at(0)).toBe(1);
});

test("columns are built from iterables and array-likes alike", () => {
  expect(F64Column.from(new Set([1, 2])).at(1)).toBe(2);
  expect(I32Column.from({ length: 1, 0: 7 }).at(0)).toBe(7);
  expect(I64Column.from([1n, -1n]).at(1)).toBe(-1n);
});

test("a column cannot be written to, frozen object or not", () => {
  const column = F64Column.from([1]);
  expect(Object.isFrozen(column)).toBe(true);
  // @ts-expect-error at() is read-only and there is no set()
  expect(column.set).toBeUndefined();
  // @ts-expect-error length is read-only
  expect(() => (column.length = 2)).toThrow(TypeError);
  // @ts-expect-error columns have no index access
  expect(column[0]).toBeUndefined();
  // @ts-expect-error only the package can construct one around an array
  expect(() => new F64Column(Symbol("mine"), new Float64Array(1))).toThrow(TypeError);
});

test("an f64 column cannot be read as an f32 column", () => {
  const column: F64Column = F64Column.from([1]);
  // @ts-expect-error the types are kept apart
  const wrong: F32Column = column;
  expect(wrong).toBe(column);
});

test("a row outside the column is refused, naming type, row and length", () => {
  for (const row of [-1, 2, 0.5, Number.NaN]) {
    const error = errorOf(() => F64Column.from([1, 2]).at(row));
    expect(error.code).toBe("TENON1150");
    expect(error.message).toBe(`TENON1150 row ${row} is outside f64 column of 2 rows`);
  }
});

test("integers that do not fit are refused, never wrapped", () => {
  expect(errorOf(() => I32Column.from([2 ** 31])).code).toBe("TENON1154");
  expect(errorOf(() => I32Column.from([1.5])).code).toBe("TENON1154");
  expect(errorOf(() => U8Column.fill(1, () => 256)).code).toBe("TENON1154");
  expect(errorOf(() => U8Column.from([-1])).code).toBe("TENON1154");
  expect(errorOf(() => IdColumn.from([2 ** 53])).code).toBe("TENON1154");
  expect(errorOf(() => I64Column.from([2n ** 63n])).code).toBe("TENON1154");
  expect(errorOf(() => new I32Writer(1).set(0, Number.NaN)).code).toBe("TENON1154");
  expect(errorOf(() => new U8Writer(1).set(0, 300)).code).toBe("TENON1154");
  expect(errorOf(() => new IdWriter(1).set(0, 0.5)).code).toBe("TENON1154");
});

test("an id of -0 becomes 0, whose 64-bit form is the same", () => {
  expect(Object.is(IdColumn.from([-0]).at(0), 0)).toBe(true);
});

test("an f32 column rounds to the nearest float32", () => {
  expect(F32Column.from([0.1]).at(0)).toBe(Math.fround(0.1));
});

test("a writer hands its array over without a copy and cannot be used afterwards", () => {
  for (const writer of [new F64Writer(2), new F32Writer(2), new I32Writer(2), new U8Writer(2), new IdWriter(2)]) {
    writer.set(1, 7);
    const column = writer.seal();
    expect(column.at(1)).toBe(7);
    expect(column.at(0)).toBe(0);
    expect(errorOf(() => writer.set(0, 1)).code).toBe("TENON1151");
    expect(errorOf(() => writer.seal()).code).toBe("TENON1151");
    expect(column.at(0)).toBe(0);
  }
  expect(errorOf(() => new F64Writer(1).set(1, 0)).code).toBe("TENON1150");
  expect(errorOf(() => new F64Writer(1).set(0.5, 0)).code).toBe("TENON1150");
});

test("a dictionary column gives words and codes, and refuses words it does not know", () => {
  const words = new Dictionary(["cafe", "bank"]);
  const column = DictionaryColumn.encode(words, ["bank", "cafe", "bank"]);
  expect([column.at(0), column.codeAt(0), column.length]).toEqual(["bank", 1, 3]);
  expect(words.codeOf("zoo")).toBe(-1);
  const error = errorOf(() => DictionaryColumn.encode(words, ["zoo"]));
  expect(error.code).toBe("TENON1158");
  expect(error.detail).toContain('"cafe", "bank"');
  expect(errorOf(() => DictionaryColumn.fromCodes(words, [2])).code).toBe("TENON1154");
  expect(errorOf(() => new Dictionary(["a", "a"])).code).toBe("TENON1154");
});

test("dictionaries have one fingerprint exactly when their words are the same in the same order", () => {
  expect(new Dictionary(["ab", "c"]).fingerprint).not.toBe(new Dictionary(["a", "bc"]).fingerprint);
  expect(new Dictionary(["a", "b"]).fingerprint).not.toBe(new Dictionary(["b", "a"]).fingerprint);
  expect(new Dictionary(["a", "b"]).fingerprint).toBe(new Dictionary(["a", "b"]).fingerprint);
});

test("gathering picks the rows in the order given, for every type", () => {
  const words = new Dictionary(["a", "b", "c"]);
  const columns = [
    F64Column.from([1, 2, 3]),
    F32Column.from([1, 2, 3]),
    I32Column.from([1, 2, 3]),
    U8Column.from([1, 2, 3]),
    IdColumn.from([1, 2, 3]),
    I64Column.from([1n, 2n, 3n]),
    DictionaryColumn.encode(words, ["a", "b", "c"]),
  ];
  fc.assert(
    fc.property(fc.array(fc.nat(2)), fc.constantFrom(...columns), (rows, column) => {
      const gathered = gather(column, Int32Array.from(rows));
      expect(gathered.type).toBe(column.type);
      expect(Array.from({ length: gathered.length }, (_, row) => gathered.at(row))).toEqual(
        rows.map((row) => column.at(row)),
      );
    }),
  );
  expect(errorOf(() => gather(F64Column.from([1]), Int32Array.of(1))).code).toBe("TENON1150");
});

test("only columns of this package are columns", () => {
  expect(isColumn(F64Column.from([]))).toBe(true);
  expect(isColumn({ tenonValue: "column", type: "f64", length: 1, at: () => 1 })).toBe(false);
  expect(isColumn(null)).toBe(false);
  expect(columnValues(F64Column.from([4]))).toEqual(Float64Array.of(4));
});
