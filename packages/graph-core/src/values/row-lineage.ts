/**
 * Which rows of which earlier batch a batch holds. Batches that differ in columns only share one lineage, so a column
 * computed for one of them belongs to all of them.
 */
export interface RowLineage {
  readonly size: number;
  /** The lineage these rows were selected from; `undefined` at the start of a chain. */
  readonly parent: RowLineage | undefined;
  /** Row of `parent` for each row; `undefined` at the start of a chain. */
  readonly rows: Int32Array | undefined;
}

export function rootLineage(size: number): RowLineage {
  return { size, parent: undefined, rows: undefined };
}

/**
 * For each row of `from`, its row in `ancestor`. `"same"` when both are one lineage, `undefined` when `ancestor` is not
 * on the way. Linear in the rows times the selections between the two.
 */
export function rowsIn(ancestor: RowLineage, from: RowLineage): Int32Array | "same" | undefined {
  if (ancestor === from) return "same";
  let rows: Int32Array | undefined;
  for (let step = from; step.parent !== undefined && step.rows !== undefined; step = step.parent) {
    const stepRows: Int32Array = step.rows;
    rows = rows === undefined ? stepRows : rows.map((row) => stepRows[row] as number);
    if (step.parent === ancestor) return rows;
  }
  return undefined;
}
