/** Whether every value is finite. One loop per array class, so that each stays monomorphic. */
export function allFiniteF64(values: Float64Array): boolean {
  for (let row = 0; row < values.length; row++) if (!Number.isFinite(values[row])) return false;
  return true;
}

export function allFiniteF32(values: Float32Array): boolean {
  for (let row = 0; row < values.length; row++) if (!Number.isFinite(values[row])) return false;
  return true;
}
