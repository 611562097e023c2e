/** Aggregates are data: the runtime folds, stores and merges them, and could print them as SQL. */

/** How many events. */
export interface Count {
  readonly kind: "count";
}

/** Of a whole-number field; money is micros. `sum`, `min` and `max` stay exact: beyond 2^53 - 1 the fold is refused. */
export interface Numeric {
  readonly kind: "sum" | "min" | "max";
  readonly of: string;
}

/** The distinct values of a text field, as a sorted list. */
export interface Distinct {
  readonly kind: "distinct";
  readonly of: string;
  /** More values than this are refused: a window is not a store. */
  readonly valuesMax: number;
}

/** The `n` values of a text field with the largest sums of a whole-number field; ties by text. */
export interface TopN {
  readonly kind: "topN";
  readonly of: string;
  readonly by: string;
  readonly n: number;
  /** Distinct values that are summed up to find the top ones. */
  readonly valuesMax: number;
}

export type Aggregate = Count | Numeric | Distinct | TopN;
export type Aggregates = Readonly<Record<string, Aggregate>>;

/** Distinct values per window and key unless told otherwise. */
const VALUES_MAX = 1_000;

export const count = (): Count => ({ kind: "count" });
export const sum = (of: string): Numeric => ({ kind: "sum", of });
export const min = (of: string): Numeric => ({ kind: "min", of });
export const max = (of: string): Numeric => ({ kind: "max", of });
export const distinct = (of: string, valuesMax = VALUES_MAX): Distinct => ({ kind: "distinct", of, valuesMax });
export const topN = (
  of: string,
  options: { readonly by: string; readonly n: number; readonly valuesMax?: number },
): TopN => ({
  kind: "topN",
  of,
  valuesMax: VALUES_MAX,
  ...options,
});

/** What a window's result holds for an aggregate: a whole number (`null` for the extreme of nothing) or a list. */
export type AggregateValue = number | null | readonly string[] | readonly RankedValue[];

export interface RankedValue {
  readonly value: string;
  readonly sum: number;
}

export function isNumeric(aggregate: Aggregate): aggregate is Count | Numeric {
  return aggregate.kind !== "distinct" && aggregate.kind !== "topN";
}
