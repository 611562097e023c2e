/**
 * Interleaved rounds over one point: every contender asks all its queries, then the next, in rotating order. A query's time is
 * the median over rounds of its wall time, which other work on the machine does not move; CPU time is that of whole batches.
 */
import { type Contender, cpuMs } from "../contenders/contender.ts";
import type { VectorSet } from "../data/vector-set.ts";
import type { Point } from "../data/workload.ts";
import { median } from "../../harness/interleave.ts";
import { type Recall, recallOf, recallStatistics } from "./recall.ts";
import { type ReadyAsk, ready, type Tuned, type TuneLimits, tune } from "./tune.ts";

export interface RoundLimits extends TuneLimits {
  readonly roundsMax: number;
  /** Wall time a contender may take at one point, ms. Slow ones ask fewer queries in fewer rounds. */
  readonly msPerContender: number;
}

export interface Measured {
  readonly contender: string;
  readonly point: string;
  readonly selectivity: number;
  readonly tuned: Tuned;
  readonly recall: Recall;
  /** Mean over queries of the query's median time, µs. */
  readonly meanMicros: number;
  /** Median over queries of the query's median time, µs. */
  readonly p50Micros: number;
  /** The slowest query, each at its fastest round, µs: the longest it holds up its thread. */
  readonly longestMicros: number;
  /** Median over rounds of CPU time per query, all threads, µs. */
  readonly cpuMicros: number;
  readonly queries: number;
  readonly rounds: number;
}

/** Queries of a contender that is too slow for all of them. */
const QUERIES_MIN = 20;

interface Lane {
  readonly contender: Contender;
  readonly tuned: Tuned;
  readonly asks: readonly ReadyAsk[];
  readonly rounds: number;
  readonly recalls: readonly number[];
  /** Wall times by query, µs. */
  readonly wall: readonly number[][];
  readonly cpu: number[];
}

/** Tunes all contenders at the point, then measures them side by side. */
export async function measurePoint(
  contenders: readonly Contender[],
  set: VectorSet,
  point: Point,
  limits: RoundLimits,
): Promise<Measured[]> {
  const lanes: Lane[] = [];
  for (const contender of contenders)
    if (contender.takesPart?.(point.selectivity) !== false)
      lanes.push(await openLane(contender, set, point, limits));
  const most = Math.max(...lanes.map(({ rounds }) => rounds));
  for (let round = 0; round < most; round++)
    for (let step = 0; step < lanes.length; step++) {
      const lane = lanes[(step + round) % lanes.length] as Lane;
      if (round < lane.rounds) await runRound(lane);
    }
  return lanes.map((lane) => measuredOf(lane, point));
}

/** The round that finds the recalls also warms the contender up at its setting. */
async function openLane(contender: Contender, set: VectorSet, point: Point, limits: RoundLimits): Promise<Lane> {
  const tuned = await tune(contender, set, point, limits);
  const affordable = Math.floor(limits.msPerContender / tuned.msPerQuery);
  const queries = Math.min(point.reporting.length, Math.max(QUERIES_MIN, affordable));
  const asks = ready(contender, point.reporting.slice(0, queries));
  const recalls: number[] = [];
  for (const { ask, query, prepared } of asks)
    recalls.push(recallOf(set, ask, await contender.search(query, prepared, tuned.setting)));
  const rounds = Math.min(limits.roundsMax, Math.max(1, Math.floor(affordable / queries)));
  return { contender, tuned, asks, rounds, recalls, wall: asks.map(() => []), cpu: [] };
}

async function runRound({ contender, tuned, asks, wall, cpu }: Lane): Promise<void> {
  const before = cpuMs();
  for (let at = 0; at < asks.length; at++) {
    const { query, prepared } = asks[at] as ReadyAsk;
    const from = performance.now();
    const result = contender.search(query, prepared, tuned.setting);
    if (result instanceof Promise) await result;
    (wall[at] as number[]).push((performance.now() - from) * 1_000);
  }
  cpu.push(((cpuMs() - before) * 1_000) / asks.length);
}

function measuredOf({ contender, tuned, asks, rounds, recalls, wall, cpu }: Lane, point: Point): Measured {
  const medians = wall.map(median);
  return {
    contender: contender.name,
    point: point.name,
    selectivity: point.selectivity,
    tuned,
    recall: recallStatistics(recalls),
    meanMicros: medians.reduce((sum, micros) => sum + micros, 0) / medians.length,
    p50Micros: median(medians),
    longestMicros: Math.max(...wall.map((times) => Math.min(...times))),
    cpuMicros: median(cpu),
    queries: asks.length,
    rounds,
  };
}
