/** What a reduction costs: the share of each word's true nearest neighbours that are still nearest afterwards. */

/** Rows of any length; neighbours are by cosine. */
export interface Vectors {
  readonly values: ArrayLike<number>;
  readonly dimensions: number;
}

/** Mean recall@`neighbours` over every `step`-th row, of `reduced` against `full`; 1 is no loss. */
export function neighbourRecall(
  full: Vectors,
  reduced: Vectors,
  { neighbours, step }: { neighbours: number; step: number },
): number {
  const fullRows = unitRows(full);
  const reducedRows = unitRows(reduced);
  let recalled = 0;
  let asked = 0;
  for (let row = 0; row * full.dimensions < fullRows.length; row += step) {
    const truth = new Set(nearest(fullRows, full.dimensions, row, neighbours));
    recalled += nearest(reducedRows, reduced.dimensions, row, neighbours).filter((other) => truth.has(other)).length;
    asked += neighbours;
  }
  return recalled / asked;
}

function nearest(rows: Float32Array, dimensions: number, row: number, count: number): number[] {
  const scored: { other: number; score: number }[] = [];
  for (let other = 0; other * dimensions < rows.length; other++) {
    if (other === row) continue;
    let score = 0;
    for (let axis = 0; axis < dimensions; axis++)
      score += (rows[row * dimensions + axis] ?? 0) * (rows[other * dimensions + axis] ?? 0);
    scored.push({ other, score });
  }
  scored.sort((left, right) => right.score - left.score || left.other - right.other);
  return scored.slice(0, count).map(({ other }) => other);
}

function unitRows({ values, dimensions }: Vectors): Float32Array {
  const rows = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += dimensions) {
    let squares = 0;
    for (let axis = 0; axis < dimensions; axis++) squares += (values[start + axis] ?? 0) ** 2;
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let axis = 0; axis < dimensions; axis++) rows[start + axis] = (values[start + axis] ?? 0) * scale;
  }
  return rows;
}
