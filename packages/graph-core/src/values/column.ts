import {
  F32Column,
  F64Column,
  f32Values,
  f64Values,
  HAND_OVER,
  I32Column,
  i32Values,
  U8Column,
  u8Values,
} from "./columns.ts";
import { DictionaryColumn, dictionaryCodes } from "./dictionary.ts";
import { gatherValues } from "./gather.ts";
import { I64Column, IdColumn, i64Values, idValues } from "./id-columns.ts";

/** Column type → column class. */
export interface ColumnOf {
  readonly f64: F64Column;
  readonly f32: F32Column;
  readonly i32: I32Column;
  readonly u8: U8Column;
  readonly id: IdColumn;
  readonly i64: I64Column;
  readonly dictionary: DictionaryColumn;
}

export type ColumnType = keyof ColumnOf;
export type Column = ColumnOf[ColumnType];

/** The typed array behind a column of each type. */
export interface ValuesOf {
  readonly f64: Float64Array;
  readonly f32: Float32Array;
  readonly i32: Int32Array;
  readonly u8: Uint8Array;
  readonly id: Float64Array;
  readonly i64: BigInt64Array;
  readonly dictionary: Int32Array;
}

const CLASSES = {
  f64: F64Column,
  f32: F32Column,
  i32: I32Column,
  u8: U8Column,
  id: IdColumn,
  i64: I64Column,
  dictionary: DictionaryColumn,
} as const;

export const COLUMN_TYPES: readonly ColumnType[] = Object.freeze(Object.keys(CLASSES) as ColumnType[]);

/** Whether `value` is a column of `type`, built by this package. */
export function isColumnOf<Type extends ColumnType>(type: Type, value: unknown): value is ColumnOf[Type] {
  return value instanceof CLASSES[type];
}

/** Whether `value` is a column of any type, built by this package. */
export function isColumn(value: unknown): value is Column {
  const type = (value as { readonly type?: unknown } | null | undefined)?.type;
  return typeof type === "string" && Object.hasOwn(CLASSES, type) && isColumnOf(type as ColumnType, value);
}

/**
 * The array behind a column: codes of a dictionary column, numbers otherwise. A friend accessor for codecs, checksums
 * and model evaluators: writing to it breaks C1, and `runChecked` finds it by checksum.
 */
export function columnValues<C extends Column>(column: C): ValuesOf[C["type"]];
export function columnValues(column: Column): ValuesOf[ColumnType] {
  switch (column.type) {
    case "f64":
      return f64Values(column);
    case "f32":
      return f32Values(column);
    case "i32":
      return i32Values(column);
    case "u8":
      return u8Values(column);
    case "id":
      return idValues(column);
    case "i64":
      return i64Values(column);
    case "dictionary":
      return dictionaryCodes(column);
  }
}

/** Makes a column own `values`, without a copy; `like` gives the type and, for codes, the dictionary. */
export function handOver<C extends Column>(like: C, values: ValuesOf[C["type"]]): C {
  if (like.type === "dictionary") {
    return new DictionaryColumn(HAND_OVER, like.dictionary, values as Int32Array) as C;
  }
  return new (CLASSES[like.type] as new (key: typeof HAND_OVER, values: never) => Column)(
    HAND_OVER,
    values as never,
  ) as C;
}

/** The values of `rows`, in that order. Throws TENON1150 for a row outside the column. */
export function gather<C extends Column>(column: C, rows: Int32Array): C {
  return handOver(column, gatherValues(column.type, columnValues(column), rows) as ValuesOf[C["type"]]);
}
