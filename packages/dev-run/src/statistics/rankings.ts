/** How alike two ranked lists are. Elements are distinct within a list. */

/** Share of the first `k` that both have: of the larger of the two prefixes. 1 for two empty lists. */
export function overlapAt(base: readonly string[], head: readonly string[], k: number): number {
  const [left, right] = [new Set(base.slice(0, k)), head.slice(0, k)];
  const larger = Math.max(left.size, right.length);
  return larger === 0 ? 1 : right.filter((each) => left.has(each)).length / larger;
}

/**
 * Kendall's τ over the elements that both lists have: pairs in the same order less pairs turned round, as a share of all
 * pairs. `null` with fewer than two in common. Source: Kendall (1938), Biometrika 30.
 */
export function kendallTau(base: readonly string[], head: readonly string[]): number | null {
  const places = new Map(head.map((each, place) => [each, place]));
  const common = base.flatMap((each) => places.get(each) ?? []);
  if (common.length < 2) return null;
  let sum = 0;
  for (let one = 0; one < common.length; one++) {
    for (let other = one + 1; other < common.length; other++) {
      sum += (common[one] as number) < (common[other] as number) ? 1 : -1;
    }
  }
  return sum / ((common.length * (common.length - 1)) / 2);
}

/** Weight of the first places: at 0.9 the first ten carry 86 % of it. */
const PERSISTENCE = 0.9;

/**
 * Rank-biased overlap, extrapolated (RBO_ext), 0 to 1: agreement at each depth, weighted towards the top, also for lists
 * of different length. Source: Webber, Moffat and Zobel (2010), ACM TOIS 28(4), equation 32.
 */
export function rankBiasedOverlap(
  base: readonly string[],
  head: readonly string[],
  persistence: number = PERSISTENCE,
): number {
  const [short, long] = base.length <= head.length ? [base, head] : [head, base];
  const [s, l] = [short.length, long.length];
  if (l === 0) return 1;
  if (s === 0) return 0;
  const seen = { short: new Set<string>(), long: new Set<string>() };
  let overlap = 0;
  let overlapAtShort = 0;
  let sum = 0;
  for (let depth = 1; depth <= l; depth++) {
    const fromLong = long[depth - 1] as string;
    const fromShort = short[depth - 1];
    if (fromShort !== undefined && fromShort === fromLong) overlap++;
    else {
      if (seen.short.has(fromLong)) overlap++;
      if (fromShort !== undefined && seen.long.has(fromShort)) overlap++;
    }
    seen.long.add(fromLong);
    if (fromShort !== undefined) seen.short.add(fromShort);
    if (depth === s) overlapAtShort = overlap;
    sum += (overlap / depth) * persistence ** depth;
    // Behind the end of the shorter list its agreement is taken to go on as it was.
    if (depth > s) sum += ((overlapAtShort * (depth - s)) / (s * depth)) * persistence ** depth;
  }
  const last = (overlap - overlapAtShort) / l + overlapAtShort / s;
  return ((1 - persistence) / persistence) * sum + last * persistence ** l;
}
