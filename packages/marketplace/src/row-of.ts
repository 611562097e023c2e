/** Row `row` of a list. @throws RangeError when it has none: rows of one catalogue were used with another. */
export function rowOf<Value>(values: readonly Value[], row: number): Value {
  const value = values[row];
  if (value === undefined)
    throw new RangeError(`row ${row} is not in the catalogue; use the catalogue that made the row`);
  return value;
}
