/** Something that wants to stand at `wish` (pixels) and gives way to its neighbours according to its weight. */
export interface Wish {
  readonly wish: number;
  readonly weight: number;
}

/**
 * Places as near to the wishes as the gaps allow: minimises Σ weight · (place − wish)² with
 * `place[i + 1] − place[i] ≥ gaps[i]`. Exact, by pooling adjacent violators (isotonic regression). Linear.
 */
export function separate(wishes: readonly Wish[], gaps: readonly number[]): number[] {
  const offsets: number[] = [];
  let offset = 0;
  wishes.forEach((_, at) => {
    offsets.push(offset);
    offset += gaps[at] ?? 0;
  });
  const pools: { mean: number; weight: number; count: number }[] = [];
  wishes.forEach(({ wish, weight }, at) => {
    let pool = { mean: wish - (offsets[at] ?? 0), weight, count: 1 };
    for (let before = pools.at(-1); before !== undefined && before.mean > pool.mean; before = pools.at(-1)) {
      pools.pop();
      const total = before.weight + pool.weight;
      pool = {
        mean: (before.mean * before.weight + pool.mean * pool.weight) / total,
        weight: total,
        count: before.count + pool.count,
      };
    }
    pools.push(pool);
  });
  return pools
    .flatMap(({ mean, count }) => new Array<number>(count).fill(mean))
    .map((place, at) => place + (offsets[at] ?? 0));
}
