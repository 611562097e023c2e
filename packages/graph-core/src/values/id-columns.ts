import { HAND_OVER, type HandOver, type Numbers, requireHandOver, toArrayLike } from "./columns.ts";
import { rowOutOfRange, valueNotOfType } from "./value-error.ts";

let idValues: (column: IdColumn) => Float64Array;
let i64Values: (column: I64Column) => BigInt64Array;

/**
 * Ids as plain numbers: safe integers (|id| ≤ 2^53 - 1), encoded as 64-bit integers. Reading one costs no allocation,
 * which a bigint column cannot promise.
 */
export class IdColumn {
  readonly tenonValue = "column";
  readonly type = "id";
  readonly length: number;
  readonly #values: Float64Array;

  constructor(key: HandOver, values: Float64Array) {
    requireHandOver(key);
    this.#values = values;
    this.length = values.length;
    Object.freeze(this);
  }

  static {
    idValues = (column) => column.#values;
  }

  /** A copy of `values`. Throws TENON1154 for a number that is not a safe integer. */
  static from(values: Numbers): IdColumn {
    const source = toArrayLike(values);
    return IdColumn.fill(source.length, (row) => source[row] as number);
  }

  /** `length` rows, each computed by `value(row)`. */
  static fill(length: number, value: (row: number) => number): IdColumn {
    const values = new Float64Array(length);
    for (let row = 0; row < length; row++) values[row] = requireId(row, value(row));
    return new IdColumn(HAND_OVER, values);
  }

  /** The id of a row. Throws TENON1150 outside `0 … length - 1`. */
  at(row: number): number {
    const value = this.#values[row];
    if (value === undefined) throw rowOutOfRange("id column", row, this.length);
    return value;
  }
}

/** 64-bit signed integers as bigint: amounts and ids beyond 2^53. */
export class I64Column {
  readonly tenonValue = "column";
  readonly type = "i64";
  readonly length: number;
  readonly #values: BigInt64Array;

  constructor(key: HandOver, values: BigInt64Array) {
    requireHandOver(key);
    this.#values = values;
    this.length = values.length;
    Object.freeze(this);
  }

  static {
    i64Values = (column) => column.#values;
  }

  /** A copy of `values`. Throws TENON1154 for a bigint beyond 64 bits. */
  static from(values: Iterable<bigint> | ArrayLike<bigint>): I64Column {
    const source = toArrayLike(values);
    return I64Column.fill(source.length, (row) => source[row] as bigint);
  }

  /** `length` rows, each computed by `value(row)`. */
  static fill(length: number, value: (row: number) => bigint): I64Column {
    const values = new BigInt64Array(length);
    for (let row = 0; row < length; row++) values[row] = requireI64(row, value(row));
    return new I64Column(HAND_OVER, values);
  }

  /** The value of a row. Throws TENON1150 outside `0 … length - 1`. */
  at(row: number): bigint {
    const value = this.#values[row];
    if (value === undefined) throw rowOutOfRange("i64 column", row, this.length);
    return value;
  }
}

/** The value, if it is a safe integer; -0 becomes 0, because its 64-bit integer form is the same. */
export function requireId(row: number, value: number): number {
  if (!Number.isSafeInteger(value)) throw valueNotOfType("id", row, value, "a safe integer (|id| ≤ 2^53 - 1)");
  return value + 0;
}

function requireI64(row: number, value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw valueNotOfType("i64", row, value, "an integer of 64 bits");
  return value;
}

export { i64Values, idValues };
