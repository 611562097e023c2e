/** Two cohorts beside each other: shares of the funnel with their uncertainty, and times of nodes. */
import type { CohortNode, CohortRun } from "../cohort-document.ts";
import { type CohortFigures, type CohortNames, cohortFigures } from "./cohort-figures.ts";

/** Runs below which nothing is said to stand out. */
export const RUNS_MIN = 8;
/** Standard errors from which on a difference stands out: dozens are looked at, and chance alone has one in 370 beyond it. */
const STANDS_OUT = 3;
/** A time that differs by less, as a share, does not stand out however sure it is. */
const TIME_SHARE_MIN = 0.2;
/** Half of a 95 % interval, in standard errors. */
const HALF_OF_95 = 1.96;

export interface Part {
  readonly count: number;
  readonly of: number;
}

export interface ShareDifference {
  readonly node: string;
  readonly owner: string;
  /** Null: for whatever reason. */
  readonly reason: string | null;
  readonly here: Part;
  readonly there: Part;
  /** Share here less share there; null where no candidate came on one side. */
  readonly difference: number | null;
  /** Of its 95 % interval; null below two runs. Candidates of one request are not independent: requests are counted. */
  readonly halfWidth: number | null;
  readonly standsOut: boolean;
}

export interface TimeDifference {
  readonly node: string;
  readonly here: CohortNode;
  readonly there: CohortNode;
  /** Median here by median there; null where one is not known. */
  readonly ratio: number | null;
  readonly standsOut: boolean;
}

export interface CohortComparison {
  readonly here: CohortFigures;
  readonly there: CohortFigures;
  /** In the order of the funnel: each stage, then its reasons. */
  readonly shares: readonly ShareDifference[];
  /** In the order of the graph. */
  readonly times: readonly TimeDifference[];
}

export function compareCohorts(
  here: readonly CohortRun[],
  there: readonly CohortRun[],
  names: CohortNames,
): CohortComparison {
  const figures = { here: cohortFigures(here, names), there: cohortFigures(there, names) };
  const shares = names.stages.flatMap(({ node, owner }, place) => {
    const sides = [countsOf(here, place), countsOf(there, place)] as const;
    const reasons = new Set(sides.flatMap((side) => side.flatMap(({ left }) => [...left.keys()])));
    return [null, ...reasons].map((reason) =>
      shareDifference({ node, owner, reason: reason === null ? null : (names.fates[reason] ?? "") }, sides, reason),
    );
  });
  const times = names.nodes.map((node, at) =>
    timeDifference(node, figures, [logTimes(here, at), logTimes(there, at)] as const, at),
  );
  return { ...figures, shares, times };
}

/** One run at one stage. */
interface Count {
  readonly entered: number;
  /** By place of the reason. */
  readonly left: ReadonlyMap<number, number>;
}

function countsOf(runs: readonly CohortRun[], place: number): readonly Count[] {
  return runs.flatMap(({ stages }) =>
    stages.flatMap(([at, entered = 0, ...left]) => {
      if (at !== place) return [];
      const pairs = Array.from({ length: left.length / 2 }, (_, pair) => [left[2 * pair], left[2 * pair + 1]]);
      return { entered, left: new Map(pairs as [number, number][]) };
    }),
  );
}

type Named = Pick<ShareDifference, "node" | "owner" | "reason">;

function shareDifference(named: Named, sides: readonly [readonly Count[], readonly Count[]], reason: number | null) {
  const leftOf = ({ left }: Count) =>
    reason === null ? [...left.values()].reduce((sum, count) => sum + count, 0) : (left.get(reason) ?? 0);
  const [here, there] = sides.map(
    (counts): Part => ({
      count: counts.reduce((sum, each) => sum + leftOf(each), 0),
      of: counts.reduce((sum, { entered }) => sum + entered, 0),
    }),
  ) as [Part, Part];
  if (here.of === 0 || there.of === 0)
    return { ...named, here, there, difference: null, halfWidth: null, standsOut: false };
  const difference = here.count / here.of - there.count / there.of;
  const variances = sides.map((counts, side) => shareVariance(counts, leftOf, side === 0 ? here : there));
  const isKnown = variances.every((each) => each !== undefined);
  const error = isKnown ? Math.sqrt(variances.reduce<number>((sum, each) => sum + (each ?? 0), 0)) : undefined;
  const isEnough = sides.every(({ length }) => length >= RUNS_MIN);
  return {
    ...{ ...named, here, there, difference },
    halfWidth: error === undefined ? null : HALF_OF_95 * error,
    standsOut: isEnough && error !== undefined && difference !== 0 && Math.abs(difference) > STANDS_OUT * error,
  };
}

/** Of a ratio of sums over requests, linearised. Undefined below two requests. */
function shareVariance(
  counts: readonly Count[],
  leftOf: (count: Count) => number,
  { count, of }: Part,
): number | undefined {
  const n = counts.length;
  if (n < 2) return undefined;
  const share = count / of;
  const squares = counts.reduce((sum, each) => sum + (leftOf(each) - share * each.entered) ** 2, 0);
  return ((n / (n - 1)) * squares) / of ** 2;
}

interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
}

/** Times spread by factors, not by sums. */
function logTimes(runs: readonly CohortRun[], at: number): Moments {
  const logs = runs.flatMap(({ nodes }) => {
    const [durationMs, , marks] = nodes[at] ?? [0, 0, 0];
    return (marks & 1) === 0 ? [] : [Math.log(Math.max(0.001, durationMs))];
  });
  const mean = logs.reduce((sum, each) => sum + each, 0) / Math.max(1, logs.length);
  const squares = logs.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return { n: logs.length, mean, variance: squares / Math.max(1, logs.length - 1) };
}

function timeDifference(
  node: string,
  figures: { readonly here: CohortFigures; readonly there: CohortFigures },
  [one, other]: readonly [Moments, Moments],
  at: number,
): TimeDifference {
  const [here, there] = [figures.here.nodes[at] as CohortNode, figures.there.nodes[at] as CohortNode];
  const ratio = here.runs === 0 || there.runs === 0 || there.p50Ms === 0 ? null : here.p50Ms / there.p50Ms;
  const error = Math.sqrt(one.variance / Math.max(1, one.n) + other.variance / Math.max(1, other.n));
  const isEnough = Math.min(one.n, other.n) >= RUNS_MIN;
  const isFar = ratio !== null && Math.abs(ratio - 1) > TIME_SHARE_MIN;
  return {
    node,
    here,
    there,
    ratio,
    standsOut: isEnough && isFar && Math.abs(one.mean - other.mean) > STANDS_OUT * error,
  };
}

/** The first thing a person reads. */
export function cohortSentence({ shares, times }: CohortComparison, here: number, there: number): string {
  if (here === 0 || there === 0)
    return `${here === 0 ? "No request is meant on the left" : "No request is left to compare with"}.`;
  const counted = `${here} ${here === 1 ? "request" : "requests"} against ${there}`;
  const outstanding = shares.filter(({ standsOut }) => standsOut);
  const slow = times.filter(({ standsOut }) => standsOut).length;
  const first = outstanding
    .filter(({ reason }) => reason !== null)
    .toSorted((one, other) => Math.abs(other.difference ?? 0) - Math.abs(one.difference ?? 0))[0];
  if (Math.min(here, there) < RUNS_MIN) return `${counted}: too few to tell a difference from chance.`;
  if (first === undefined && slow === 0) return `${counted}: nothing differs beyond chance.`;
  const percent = ({ count, of }: Part) => `${Math.round((count / of) * 100)} %`;
  const most =
    first === undefined
      ? ""
      : ` ${first.node} dropped ${percent(first.here)} as ${first.reason}, against ${percent(first.there)}.`;
  const nodes = slow === 0 ? "" : ` ${slow} ${slow === 1 ? "node takes" : "nodes take"} another time.`;
  return `${counted}.${most}${nodes}`;
}
