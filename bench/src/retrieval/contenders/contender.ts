/** One way to answer a query. All of them in one process take turns; each tunes itself on queries that are not reported. */
import type { Filter } from "../data/filters.ts";
import type { Point } from "../data/workload.ts";

/** What a contender makes of a filter before it is timed: the two predicates in its own form, not yet combined. */
export type Prepared = unknown;

export interface Contender {
  readonly name: string;
  /** A point begins; what was prepared for the one before is not used any more. */
  open?(point: Point): void;
  /** The two predicates, as the contender's own attribute index would hold them. Not timed. */
  prepare(filter: Filter): Prepared;
  /** The query in the form it takes. Not timed. */
  queryOf(query: Float32Array): unknown;
  /** Settings to try, cheapest first; the first that reaches the recall is used. `matches`: ads that pass, on average. */
  settings(matches: number): readonly number[];
  /** Ids of the best K that pass both predicates, best first. Combining the predicates is part of it. */
  search(query: unknown, prepared: Prepared, setting: number): ArrayLike<number> | Promise<ArrayLike<number>>;
}

export interface Built {
  readonly contender: Contender;
  /** CPU time of the build, ms; undefined when a file of an earlier run was loaded. */
  readonly buildCpuMs: number | undefined;
}

/** Why a contender cannot run here. */
export interface Unavailable {
  readonly name: string;
  readonly unavailable: string;
}

export function isUnavailable(built: Built | Unavailable): built is Unavailable {
  return "unavailable" in built;
}

/** CPU time of all threads so far, ms. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
