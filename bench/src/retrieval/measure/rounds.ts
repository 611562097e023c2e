/**
 * Interleaved rounds over one point: every contender asks all its queries, then the next, in rotating order. On a shared machine
 * two figures hold: CPU time of a batch per query (which has the loop around the queries in it: a few hundred ns in Node, some µs
 * in Python), and the fastest round of each query by the clock on the wall. Medians by that clock are those of the machine's day.
 */
import { median } from "../../harness/interleave.ts";
import type { VectorSet } from "../data/vector-set.ts";
import type { Point } from "../data/workload.ts";
import { type Recall, recallStatistics } from "./recall.ts";
import type { Runner, Session } from "./runner.ts";
import { recallsOf, type Tuned, type TuneLimits, tune } from "./tune.ts";

export interface RoundLimits extends TuneLimits {
  readonly roundsMax: number;
  /** CPU time a contender may take at one point, ms. Slow ones ask fewer queries in fewer rounds. */
  readonly msPerContender: number;
}

export interface Measured {
  readonly contender: string;
  readonly point: string;
  readonly selectivity: number;
  readonly tuned: Tuned;
  readonly recall: Recall;
  /** Median over queries of the median time over rounds, µs. */
  readonly p50Micros: number;
  /** Median over queries of the time in the fastest round, µs. */
  readonly p50LeastMicros: number;
  /** The slowest query, each at its fastest round, µs: the longest it holds up its thread. */
  readonly longestMicros: number;
  /** Median over rounds of CPU time per query, µs. */
  readonly cpuMicros: number;
  readonly queries: number;
  readonly rounds: number;
}

/** Share of a contender's time that it runs before it is measured, so that its code is optimised as it is in production. */
const WARM_UP_SHARE = 0.2;

interface Lane {
  readonly runner: Runner;
  readonly session: Session;
  readonly tuned: Tuned;
  readonly queries: number;
  readonly rounds: number;
  readonly recalls: readonly number[];
  /** Wall times by query, µs. */
  readonly wall: readonly number[][];
  readonly cpu: number[];
}

/** Tunes all runners at the point, then measures them side by side. */
export async function measurePoint(
  runners: readonly Runner[],
  set: VectorSet,
  point: Point,
  limits: RoundLimits,
): Promise<Measured[]> {
  const lanes: Lane[] = [];
  for (const runner of runners) lanes.push(await openLane(runner, set, point, limits));
  const most = Math.max(...lanes.map(({ rounds }) => rounds));
  for (let round = 0; round < most; round++)
    for (let step = 0; step < lanes.length; step++) {
      const lane = lanes[(step + round) % lanes.length] as Lane;
      if (round < lane.rounds) await runRound(lane);
    }
  return lanes.map((lane) => measuredOf(lane, point));
}

async function openLane(runner: Runner, set: VectorSet, point: Point, limits: RoundLimits): Promise<Lane> {
  const session = await runner.open(point);
  const tuned = await tune(runner, session, set, point, limits);
  const affordable = Math.floor(limits.msPerContender / tuned.msPerQuery);
  const queries = Math.min(point.reporting.length, Math.max(limits.queriesMin, affordable));
  const recalls = recallsOf(set, point.reporting, await session.ask("reporting", tuned.setting, queries));
  const warmUps = Math.floor((affordable * WARM_UP_SHARE) / queries);
  for (let at = 0; at < Math.min(warmUps, limits.roundsMax); at++)
    await session.ask("reporting", tuned.setting, queries);
  const rounds = Math.min(limits.roundsMax, Math.max(1, Math.floor(affordable / queries)));
  const wall = Array.from({ length: queries }, () => []);
  return { runner, session, tuned, queries, rounds, recalls, wall, cpu: [] };
}

async function runRound({ session, tuned, queries, wall, cpu }: Lane): Promise<void> {
  const batch = await session.ask("reporting", tuned.setting, queries);
  for (const [at, micros] of batch.micros.entries()) wall[at]?.push(micros);
  cpu.push((batch.cpuMs * 1_000) / queries);
}

function measuredOf({ runner, tuned, queries, rounds, recalls, wall, cpu }: Lane, point: Point): Measured {
  const least = wall.map((times) => Math.min(...times));
  return {
    contender: runner.name,
    point: point.name,
    selectivity: point.selectivity,
    tuned,
    recall: recallStatistics(recalls),
    p50Micros: median(wall.map(median)),
    p50LeastMicros: median(least),
    longestMicros: Math.max(...least),
    cpuMicros: median(cpu),
    queries,
    rounds,
  };
}
