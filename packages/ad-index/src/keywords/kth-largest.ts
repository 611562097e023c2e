/**
 * The `kth` largest of the first `count` values (1: the largest); reorders them.
 * Source: Hoare, Algorithm 65 (Find), CACM 1961.
 */
export function kthLargest(values: Float64Array, count: number, kth: number): number {
  const wanted = kth - 1;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = values[(low + high) >>> 1] as number;
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] as number) > pivot) left++;
      while ((values[right] as number) < pivot) right--;
      if (left > right) break;
      const value = values[left] as number;
      values[left] = values[right] as number;
      values[right] = value;
      left++;
      right--;
    }
    if (wanted <= right) high = right;
    else if (wanted >= left) low = left;
    else break;
  }
  return values[wanted] as number;
}
