/**
 * Writers fill a column row by row and hand the array over on `seal()`, without a copy. A row that was not set is 0.
 * Every call after `seal()` throws TENON1151, so that a sealed column cannot change.
 *
 * A sealed writer holds an array without rows, so that `set` has one question to ask: whether the row exists.
 */
import { F32Column, F64Column, HAND_OVER, I32Column, requireI32, requireU8, U8Column } from "./columns.ts";
import { IdColumn, requireId } from "./id-columns.ts";
import { rowOutOfRange, writerSealed } from "./value-error.ts";

const SEALED_FLOAT64 = new Float64Array(0);
const SEALED_FLOAT32 = new Float32Array(0);
const SEALED_INT32 = new Int32Array(0);
const SEALED_UINT8 = new Uint8Array(0);

export class F64Writer {
  #values: Float64Array;

  constructor(length: number) {
    this.#values = new Float64Array(length);
  }

  set(row: number, value: number): void {
    const values = this.#values;
    if (values[row] === undefined) throw noSuchRow("f64", row, values.length, values === SEALED_FLOAT64);
    values[row] = value;
  }

  seal(): F64Column {
    const values = this.#values;
    if (values === SEALED_FLOAT64) throw writerSealed("f64");
    this.#values = SEALED_FLOAT64;
    return new F64Column(HAND_OVER, values);
  }
}

export class F32Writer {
  #values: Float32Array;

  constructor(length: number) {
    this.#values = new Float32Array(length);
  }

  set(row: number, value: number): void {
    const values = this.#values;
    if (values[row] === undefined) throw noSuchRow("f32", row, values.length, values === SEALED_FLOAT32);
    values[row] = value;
  }

  seal(): F32Column {
    const values = this.#values;
    if (values === SEALED_FLOAT32) throw writerSealed("f32");
    this.#values = SEALED_FLOAT32;
    return new F32Column(HAND_OVER, values);
  }
}

export class I32Writer {
  #values: Int32Array;

  constructor(length: number) {
    this.#values = new Int32Array(length);
  }

  set(row: number, value: number): void {
    const values = this.#values;
    if (values[row] === undefined) throw noSuchRow("i32", row, values.length, values === SEALED_INT32);
    values[row] = requireI32(row, value);
  }

  seal(): I32Column {
    const values = this.#values;
    if (values === SEALED_INT32) throw writerSealed("i32");
    this.#values = SEALED_INT32;
    return new I32Column(HAND_OVER, values);
  }
}

export class U8Writer {
  #values: Uint8Array;

  constructor(length: number) {
    this.#values = new Uint8Array(length);
  }

  set(row: number, value: number): void {
    const values = this.#values;
    if (values[row] === undefined) throw noSuchRow("u8", row, values.length, values === SEALED_UINT8);
    values[row] = requireU8(row, value);
  }

  seal(): U8Column {
    const values = this.#values;
    if (values === SEALED_UINT8) throw writerSealed("u8");
    this.#values = SEALED_UINT8;
    return new U8Column(HAND_OVER, values);
  }
}

export class IdWriter {
  #values: Float64Array;

  constructor(length: number) {
    this.#values = new Float64Array(length);
  }

  set(row: number, value: number): void {
    const values = this.#values;
    if (values[row] === undefined) throw noSuchRow("id", row, values.length, values === SEALED_FLOAT64);
    values[row] = requireId(row, value);
  }

  seal(): IdColumn {
    const values = this.#values;
    if (values === SEALED_FLOAT64) throw writerSealed("id");
    this.#values = SEALED_FLOAT64;
    return new IdColumn(HAND_OVER, values);
  }
}

function noSuchRow(type: string, row: number, length: number, sealed: boolean): Error {
  return sealed ? writerSealed(type) : rowOutOfRange(`${type} writer`, row, length);
}
