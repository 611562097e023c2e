/** What is asked: vectors, and at each point (one kind of filter at one selectivity) queries for tuning and others to report. */
import { crc32 } from "node:zlib";
import { cachedDoubles } from "./cache.ts";
import { ClusteredSource, type QueryPurpose } from "./clustered.ts";
import { antiCorrelatedFilter, type Filter, type FilterRule, filtersOf, independentFilter } from "./filters.ts";
import { type Truth, truthOf } from "./truth.ts";
import type { QuerySet, VectorSet } from "./vector-set.ts";

/** One query: its vector, its own filter, and what the right answer is. */
export interface Ask {
  readonly query: Float32Array;
  readonly filter: Filter;
  readonly truth: Truth;
}

export interface Point {
  /** As rows name it, for example `"1 %"` or `"anti 1 %"`. */
  readonly name: string;
  /** Share of the ads that pass, as planned. */
  readonly selectivity: number;
  readonly tuning: readonly Ask[];
  readonly reporting: readonly Ask[];
}

export interface PointPlan {
  readonly name: string;
  readonly selectivity: number;
  readonly rule: FilterRule;
}

export interface Workload {
  readonly set: VectorSet;
  readonly plans: readonly PointPlan[];
  /** Vectors of the tuning queries, the same at every point. */
  readonly tuningQueries: readonly Float32Array[];
  /** Makes a point when it is measured: the filters of all points at once would not fit a small machine. */
  readonly point: (plan: PointPlan) => Point;
}

export const SELECTIVITIES: readonly number[] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];

export const SEED = 20_261_122;

export interface Queries {
  readonly tuning: number;
  readonly reporting: number;
}

export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** Independent filters: nothing about the query says what passes. */
export const INDEPENDENT: readonly PointPlan[] = SELECTIVITIES.map((selectivity) => ({
  name: percent(selectivity),
  selectivity,
  rule: (random) => independentFilter(random, selectivity),
}));

/** Filters that exclude what is nearest. */
export const ANTI_CORRELATED: readonly PointPlan[] = [0.01, 0.1, 0.5].map((selectivity) => ({
  name: `anti ${percent(selectivity)}`,
  selectivity,
  rule: (random, { groups }, query) => antiCorrelatedFilter(random, selectivity, groups[query] as number),
}));

export function clusteredWorkload(count: number, queries: Queries, plans: readonly PointPlan[]): Workload {
  const source = new ClusteredSource({ count, dimensions: 64, seed: SEED });
  return workloadOf(source.vectorSet(), plans, {
    tuning: source.queries(queries.tuning, "tuning"),
    reporting: source.queries(queries.reporting, "reporting"),
  });
}

export function workloadOf(
  set: VectorSet,
  plans: readonly PointPlan[],
  queries: Readonly<Record<QueryPurpose, QuerySet>>,
): Workload {
  const content = contentOf(set);
  const asks = (plan: PointPlan, purpose: QueryPurpose): readonly Ask[] => {
    const filters = filtersOf(plan.rule, queries[purpose], SEED, `${plan.name} ${purpose}`);
    return asksOf(set, queries[purpose], filters, content);
  };
  return {
    set,
    plans,
    tuningQueries: queries.tuning.vectors,
    point: (plan) => ({ ...plan, tuning: asks(plan, "tuning"), reporting: asks(plan, "reporting") }),
  };
}

/** A kept truth must not outlive a change of what is generated. */
function contentOf({ digest, vectors, groups, first, second }: VectorSet): string {
  return `${digest} ${[vectors, groups, first, second].map(checksumOf).join(" ")}`;
}

function checksumOf({ buffer, byteOffset, byteLength }: NodeJS.TypedArray): number {
  return crc32(new Uint8Array(buffer, byteOffset, byteLength));
}

function asksOf(set: VectorSet, { vectors }: QuerySet, filters: readonly Filter[], content: string): readonly Ask[] {
  const facts = `truth 1 ${content} ${vectors.map(checksumOf).join(" ")} ${JSON.stringify(filters)}`;
  const flat = cachedDoubles(facts, () =>
    Float64Array.from(
      vectors.flatMap((query, at) => {
        const { matches, leastScore } = truthOf(set, query, filters[at] as Filter);
        return [matches, leastScore];
      }),
    ),
  );
  return vectors.map((query, at) => ({
    query,
    filter: filters[at] as Filter,
    truth: { matches: flat[2 * at] as number, leastScore: flat[2 * at + 1] as number },
  }));
}
