/**
 * int8 vectors: each row is scaled so that its largest component is ±127. The scale is not stored, for only directions are
 * compared; readers scale rows to length 1.
 */
export function quantiseRow(row: ArrayLike<number>, target: Int8Array, offset: number): void {
  let largest = 0;
  for (let axis = 0; axis < row.length; axis++) largest = Math.max(largest, Math.abs(row[axis] ?? 0));
  const scale = largest === 0 ? 0 : 127 / largest;
  for (let axis = 0; axis < row.length; axis++) target[offset + axis] = Math.round((row[axis] ?? 0) * scale);
}
