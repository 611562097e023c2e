import {
  type Column,
  DictionaryColumn,
  F32Column,
  F64Column,
  I32Column,
  I64Column,
  IdColumn,
  U8Column,
} from "@tenon/graph-core";

/**
 * The column with another value in one row.
 *
 * @throws RangeError, SyntaxError or GraphError TENON1154, TENON1158 for a value that the column cannot hold
 */
export function columnWith<C extends Column>(column: C, row: number, value: number | string): C {
  return withValue(column, row, value) as C;
}

function withValue(column: Column, row: number, value: number | string): Column {
  const at = <Value>(other: number, own: Value, next: Value): Value => (other === row ? next : own);
  const number = Number(value);
  if (column.type !== "dictionary" && !Number.isFinite(number)) throw new RangeError("expected a finite number");
  const numbers = (source: { readonly length: number; at(row: number): number }): number[] =>
    Array.from({ length: source.length }, (_, other) => at(other, source.at(other), number));
  switch (column.type) {
    case "f64":
      return F64Column.from(numbers(column));
    case "f32":
      return F32Column.from(numbers(column));
    case "i32":
      return I32Column.from(numbers(column));
    case "u8":
      return U8Column.from(numbers(column));
    case "id":
      return IdColumn.from(numbers(column));
    case "i64":
      return I64Column.fill(column.length, (other) => at(other, column.at(other), BigInt(value)));
    case "dictionary":
      return DictionaryColumn.encode(
        column.dictionary,
        Array.from({ length: column.length }, (_, other) => at(other, column.at(other), String(value))),
      );
  }
}
