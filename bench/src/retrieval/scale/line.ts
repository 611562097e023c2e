/** The straight line of least squares. */
export function lineThrough(
  xs: readonly number[],
  ys: readonly number[],
): { readonly fixed: number; readonly slope: number } {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  let products = 0;
  let squares = 0;
  for (const [at, x] of xs.entries()) {
    products += (x - meanX) * ((ys[at] as number) - meanY);
    squares += (x - meanX) ** 2;
  }
  const slope = squares === 0 ? 0 : products / squares;
  return { fixed: meanY - slope * meanX, slope };
}
