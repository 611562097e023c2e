/**
 * A filter is the AND of two predicates of one query. Predicates are data, not bitmaps, so that every contender can keep them
 * in the numbering and form it likes best; evaluating one is the work of an attribute index and is not measured, the AND is.
 */
import { Random } from "./random.ts";
import { ATTRIBUTE_VALUES, type QuerySet, type VectorSet } from "./vector-set.ts";

/** `range` wraps around: it holds the values v with (v - from) mod ATTRIBUTE_VALUES < width. */
export type Predicate =
  | { readonly kind: "range"; readonly attribute: "first" | "second"; readonly from: number; readonly width: number }
  | { readonly kind: "group"; readonly group: number }
  | { readonly kind: "notGroup"; readonly group: number };

export type Filter = readonly [Predicate, Predicate];

export const ALL: Filter = [
  { kind: "range", attribute: "first", from: 0, width: ATTRIBUTE_VALUES },
  { kind: "range", attribute: "second", from: 0, width: ATTRIBUTE_VALUES },
];

/** Two ranges without relation to the query or each other, each of the root of the selectivity; others for every query. */
export function independentFilter(random: Random, selectivity: number): Filter {
  if (selectivity === 1) return ALL;
  const width = Math.round(Math.sqrt(selectivity) * ATTRIBUTE_VALUES);
  return [range(random, "first", width), range(random, "second", width)];
}

/** A range, and no ad of the query's own cluster: the nearest ads are never allowed. */
export function antiCorrelatedFilter(random: Random, selectivity: number, group: number): Filter {
  return [range(random, "first", Math.round(selectivity * ATTRIBUTE_VALUES)), { kind: "notGroup", group }];
}

/** Only ads of the query's own genre, and of those a range. */
export function correlatedFilter(random: Random, share: number, group: number): Filter {
  return [{ kind: "group", group }, range(random, "first", Math.round(share * ATTRIBUTE_VALUES))];
}

/** How the filter of query number `query` is made. */
export type FilterRule = (random: Random, queries: QuerySet, query: number) => Filter;

/** One filter per query; other streams for other purposes. */
export function filtersOf(rule: FilterRule, queries: QuerySet, seed: number, stream: string): readonly Filter[] {
  const random = new Random(seed, `filters ${stream}`);
  return queries.vectors.map((_, query) => rule(random, queries, query));
}

function range(random: Random, attribute: "first" | "second", width: number): Predicate {
  return { kind: "range", attribute, from: random.below(ATTRIBUTE_VALUES), width };
}

const MASK = ATTRIBUTE_VALUES - 1;

export function holds(predicate: Predicate, set: VectorSet, id: number): boolean {
  switch (predicate.kind) {
    case "range":
      return (((set[predicate.attribute][id] as number) - predicate.from) & MASK) < predicate.width;
    case "group":
      return set.groups[id] === predicate.group;
    case "notGroup":
      return set.groups[id] !== predicate.group;
  }
}

/**
 * The ids that satisfy a predicate, bit r of word r >>> 5 = row r. `idOfRow`: the engine's numbering, with -1 for rows without
 * an ad; absent: rows are ids.
 */
export function bitmapOf(predicate: Predicate, set: VectorSet, idOfRow?: ArrayLike<number>): Int32Array {
  const rows = idOfRow?.length ?? set.count;
  const words = new Int32Array((rows + 31) >>> 5);
  const test = testOf(predicate, set);
  for (let index = 0; index < words.length; index++) {
    const end = Math.min(rows, (index + 1) << 5);
    let word = 0;
    for (let row = index << 5; row < end; row++) {
      const id = idOfRow === undefined ? row : (idOfRow[row] as number);
      if (id >= 0) word |= ((((test.values[id] as number) - test.from) & test.mask) < test.width ? 1 : 0) << (row & 31);
    }
    words[index] = test.inverted ? ~word & presentBits(idOfRow, index << 5, end) : word;
  }
  return words;
}

/** Every kind of predicate as a range of one attribute, or its complement: one loop for all, since bitmaps are made in great number. */
function testOf(predicate: Predicate, set: VectorSet) {
  if (predicate.kind === "range") {
    const { attribute, from, width } = predicate;
    return { values: set[attribute], from, width, mask: MASK, inverted: false };
  }
  return {
    values: set.groups,
    from: predicate.group,
    width: 1,
    mask: -1 >>> 1,
    inverted: predicate.kind === "notGroup",
  };
}

function presentBits(idOfRow: ArrayLike<number> | undefined, from: number, to: number): number {
  let word = 0;
  for (let row = from; row < to; row++)
    if (idOfRow === undefined || (idOfRow[row] as number) >= 0) word |= 1 << (row & 31);
  return word;
}
