/**
 * Writers fill a column row by row and hand the array over on `seal()`, without a copy. A row that was not set is 0.
 * Every call after `seal()` throws TENON1151, so that a sealed column cannot change.
 */
import { F32Column, F64Column, HAND_OVER, I32Column, requireI32, requireU8, U8Column } from "./columns.ts";
import { IdColumn, requireId } from "./id-columns.ts";
import { rowOutOfRange, writerSealed } from "./value-error.ts";

export class F64Writer {
  #values: Float64Array | undefined;

  constructor(length: number) {
    this.#values = new Float64Array(length);
  }

  set(row: number, value: number): void {
    const values = this.#values;
    if (values === undefined) throw writerSealed("f64");
    if (row >>> 0 !== row || row >= values.length) throw rowOutOfRange("f64 writer", row, values.length);
    values[row] = value;
  }

  seal(): F64Column {
    const values = this.#values;
    if (values === undefined) throw writerSealed("f64");
    this.#values = undefined;
    return new F64Column(HAND_OVER, values);
  }
}

export class F32Writer {
  #values: Float32Array | undefined;

  constructor(length: number) {
    this.#values = new Float32Array(length);
  }

  set(row: number, value: number): void {
    const values = this.#values;
    if (values === undefined) throw writerSealed("f32");
    if (row >>> 0 !== row || row >= values.length) throw rowOutOfRange("f32 writer", row, values.length);
    values[row] = value;
  }

  seal(): F32Column {
    const values = this.#values;
    if (values === undefined) throw writerSealed("f32");
    this.#values = undefined;
    return new F32Column(HAND_OVER, values);
  }
}

export class I32Writer {
  #values: Int32Array | undefined;

  constructor(length: number) {
    this.#values = new Int32Array(length);
  }

  set(row: number, value: number): void {
    const values = this.#values;
    if (values === undefined) throw writerSealed("i32");
    if (row >>> 0 !== row || row >= values.length) throw rowOutOfRange("i32 writer", row, values.length);
    values[row] = requireI32(row, value);
  }

  seal(): I32Column {
    const values = this.#values;
    if (values === undefined) throw writerSealed("i32");
    this.#values = undefined;
    return new I32Column(HAND_OVER, values);
  }
}

export class U8Writer {
  #values: Uint8Array | undefined;

  constructor(length: number) {
    this.#values = new Uint8Array(length);
  }

  set(row: number, value: number): void {
    const values = this.#values;
    if (values === undefined) throw writerSealed("u8");
    if (row >>> 0 !== row || row >= values.length) throw rowOutOfRange("u8 writer", row, values.length);
    values[row] = requireU8(row, value);
  }

  seal(): U8Column {
    const values = this.#values;
    if (values === undefined) throw writerSealed("u8");
    this.#values = undefined;
    return new U8Column(HAND_OVER, values);
  }
}

export class IdWriter {
  #values: Float64Array | undefined;

  constructor(length: number) {
    this.#values = new Float64Array(length);
  }

  set(row: number, value: number): void {
    const values = this.#values;
    if (values === undefined) throw writerSealed("id");
    if (row >>> 0 !== row || row >= values.length) throw rowOutOfRange("id writer", row, values.length);
    values[row] = requireId(row, value);
  }

  seal(): IdColumn {
    const values = this.#values;
    if (values === undefined) throw writerSealed("id");
    this.#values = undefined;
    return new IdColumn(HAND_OVER, values);
  }
}
