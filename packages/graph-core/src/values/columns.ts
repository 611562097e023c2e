/**
 * Read-only typed columns: one value per row, one class per type so that every `at` call site stays monomorphic.
 *
 * C1 The typed array behind a column has no other owner: `from` and `fill` build their own, writers hand theirs over.
 * C2 Nothing outside this package sees the array. `columnValues` is a friend accessor for codecs and checksums.
 */
import { rowOutOfRange, valueNotOfType } from "./value-error.ts";

/** Only this package can construct columns: the key is not exported from its public entry. */
export const HAND_OVER: unique symbol = Symbol("values are handed over, not copied");
export type HandOver = typeof HAND_OVER;

export type Numbers = Iterable<number> | ArrayLike<number>;

export function toArrayLike<T>(values: Iterable<T> | ArrayLike<T>): ArrayLike<T> {
  return "length" in values ? values : Array.from(values);
}

let f64Values: (column: F64Column) => Float64Array;
let f32Values: (column: F32Column) => Float32Array;
let i32Values: (column: I32Column) => Int32Array;
let u8Values: (column: U8Column) => Uint8Array;

/** 64-bit floats. May hold NaN inside a `FeatureSnapshot` only: a slot's column schema refuses non-finite values. */
export class F64Column {
  readonly tenonValue = "column";
  readonly type = "f64";
  readonly length: number;
  readonly #values: Float64Array;

  constructor(key: HandOver, values: Float64Array) {
    requireHandOver(key);
    this.#values = values;
    this.length = values.length;
    Object.freeze(this);
  }

  static {
    f64Values = (column) => column.#values;
  }

  /** A copy of `values`. */
  static from(values: Numbers): F64Column {
    return new F64Column(HAND_OVER, new Float64Array(toArrayLike(values)));
  }

  /** `length` rows, each computed by `value(row)`. */
  static fill(length: number, value: (row: number) => number): F64Column {
    const values = new Float64Array(length);
    for (let row = 0; row < length; row++) values[row] = value(row);
    return new F64Column(HAND_OVER, values);
  }

  /** The value of a row. Throws TENON1150 outside `0 … length - 1`. */
  at(row: number): number {
    const value = this.#values[row];
    if (value === undefined) throw rowOutOfRange("f64 column", row, this.length);
    return value;
  }
}

/** 32-bit floats: values are rounded to the nearest float32 when they are set. */
export class F32Column {
  readonly tenonValue = "column";
  readonly type = "f32";
  readonly length: number;
  readonly #values: Float32Array;

  constructor(key: HandOver, values: Float32Array) {
    requireHandOver(key);
    this.#values = values;
    this.length = values.length;
    Object.freeze(this);
  }

  static {
    f32Values = (column) => column.#values;
  }

  /** A copy of `values`, rounded to float32. */
  static from(values: Numbers): F32Column {
    return new F32Column(HAND_OVER, new Float32Array(toArrayLike(values)));
  }

  /** `length` rows, each computed by `value(row)`. */
  static fill(length: number, value: (row: number) => number): F32Column {
    const values = new Float32Array(length);
    for (let row = 0; row < length; row++) values[row] = value(row);
    return new F32Column(HAND_OVER, values);
  }

  /** The value of a row. Throws TENON1150 outside `0 … length - 1`. */
  at(row: number): number {
    const value = this.#values[row];
    if (value === undefined) throw rowOutOfRange("f32 column", row, this.length);
    return value;
  }
}

/** 32-bit signed integers. A value that is not one is refused (TENON1154), never wrapped. */
export class I32Column {
  readonly tenonValue = "column";
  readonly type = "i32";
  readonly length: number;
  readonly #values: Int32Array;

  constructor(key: HandOver, values: Int32Array) {
    requireHandOver(key);
    this.#values = values;
    this.length = values.length;
    Object.freeze(this);
  }

  static {
    i32Values = (column) => column.#values;
  }

  /** A copy of `values`. */
  static from(values: Numbers): I32Column {
    const source = toArrayLike(values);
    return I32Column.fill(source.length, (row) => source[row] as number);
  }

  /** `length` rows, each computed by `value(row)`. */
  static fill(length: number, value: (row: number) => number): I32Column {
    const values = new Int32Array(length);
    for (let row = 0; row < length; row++) values[row] = requireI32(row, value(row));
    return new I32Column(HAND_OVER, values);
  }

  /** The value of a row. Throws TENON1150 outside `0 … length - 1`. */
  at(row: number): number {
    const value = this.#values[row];
    if (value === undefined) throw rowOutOfRange("i32 column", row, this.length);
    return value;
  }
}

/** Integers from 0 to 255: flags, small counts, statuses. Others are refused (TENON1154). */
export class U8Column {
  readonly tenonValue = "column";
  readonly type = "u8";
  readonly length: number;
  readonly #values: Uint8Array;

  constructor(key: HandOver, values: Uint8Array) {
    requireHandOver(key);
    this.#values = values;
    this.length = values.length;
    Object.freeze(this);
  }

  static {
    u8Values = (column) => column.#values;
  }

  /** A copy of `values`. */
  static from(values: Numbers): U8Column {
    // Every value of a Uint8Array is one of this column, a Buffer's too.
    if (values instanceof Uint8Array) return new U8Column(HAND_OVER, new Uint8Array(values));
    const source = toArrayLike(values);
    return U8Column.fill(source.length, (row) => source[row] as number);
  }

  /** `length` rows, each computed by `value(row)`. */
  static fill(length: number, value: (row: number) => number): U8Column {
    const values = new Uint8Array(length);
    for (let row = 0; row < length; row++) values[row] = requireU8(row, value(row));
    return new U8Column(HAND_OVER, values);
  }

  /** The value of a row. Throws TENON1150 outside `0 … length - 1`. */
  at(row: number): number {
    const value = this.#values[row];
    if (value === undefined) throw rowOutOfRange("u8 column", row, this.length);
    return value;
  }
}

export function requireHandOver(key: unknown): void {
  if (key !== HAND_OVER) throw new TypeError("columns are built with from(), fill() or a writer, not with new");
}

/** The value, if it is a 32-bit signed integer. */
export function requireI32(row: number, value: number): number {
  if ((value | 0) !== value) throw valueNotOfType("i32", row, value, "an integer from -2147483648 to 2147483647");
  return value;
}

/** The value, if it is an integer from 0 to 255. */
export function requireU8(row: number, value: number): number {
  if ((value & 255) !== value) throw valueNotOfType("u8", row, value, "an integer from 0 to 255");
  return value;
}

export { f32Values, f64Values, i32Values, u8Values };
