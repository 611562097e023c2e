/**
 * Gathering rows, one loop per array class: a loop shared by five classes would turn megamorphic and cost ten times more.
 */
import type { ColumnType, ValuesOf } from "./column.ts";
import { rowOutOfRange } from "./value-error.ts";

/** `values` at `rows`, in that order. Throws TENON1150 for a row outside `values`. */
export function gatherValues(type: ColumnType, values: ValuesOf[ColumnType], rows: Int32Array): ValuesOf[ColumnType] {
  switch (type) {
    case "f64":
    case "id":
      return gatherF64(type, values as Float64Array, rows);
    case "f32":
      return gatherF32(type, values as Float32Array, rows);
    case "i32":
    case "dictionary":
      return gatherI32(type, values as Int32Array, rows);
    case "u8":
      return gatherU8(type, values as Uint8Array, rows);
    case "i64":
      return gatherI64(type, values as BigInt64Array, rows);
  }
}

function gatherF64(type: ColumnType, from: Float64Array, rows: Int32Array): Float64Array {
  const to = new Float64Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const value = from[rows[index] as number];
    if (value === undefined) throw missingRow(type, rows, index, from.length);
    to[index] = value;
  }
  return to;
}

function gatherF32(type: ColumnType, from: Float32Array, rows: Int32Array): Float32Array {
  const to = new Float32Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const value = from[rows[index] as number];
    if (value === undefined) throw missingRow(type, rows, index, from.length);
    to[index] = value;
  }
  return to;
}

export function gatherI32(type: ColumnType, from: Int32Array, rows: Int32Array): Int32Array {
  const to = new Int32Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const value = from[rows[index] as number];
    if (value === undefined) throw missingRow(type, rows, index, from.length);
    to[index] = value;
  }
  return to;
}

function gatherU8(type: ColumnType, from: Uint8Array, rows: Int32Array): Uint8Array {
  const to = new Uint8Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const value = from[rows[index] as number];
    if (value === undefined) throw missingRow(type, rows, index, from.length);
    to[index] = value;
  }
  return to;
}

function gatherI64(type: ColumnType, from: BigInt64Array, rows: Int32Array): BigInt64Array {
  const to = new BigInt64Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const value = from[rows[index] as number];
    if (value === undefined) throw missingRow(type, rows, index, from.length);
    to[index] = value;
  }
  return to;
}

function missingRow(type: ColumnType, rows: Int32Array, index: number, length: number): Error {
  return rowOutOfRange(`${type} column`, rows[index] as number, length);
}
