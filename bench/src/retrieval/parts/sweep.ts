/**
 * Filters from 0.1 to 100 %, all contenders of Node in one process taking turns. The same measurements say what the planner loses
 * against its best method, how much it finds, and how long one search holds up the event loop.
 */
import type { Part, Row } from "../../harness/report.ts";
import { type Built, isUnavailable, type Unavailable } from "../contenders/contender.ts";
import { HNSWLIB, hnswlib, isGraphKept } from "../contenders/hnswlib.ts";
import { PLANNER, SINGLE_METHODS, tenon } from "../contenders/tenon.ts";
import { USEARCH, usearch } from "../contenders/usearch.ts";
import { ClusteredSource } from "../data/clustered.ts";
import { clusteredWorkload, INDEPENDENT, type Queries, SEED } from "../data/workload.ts";
import { type Outcome, type PartName, partOf, type SizeName } from "../goals.ts";
import { type Measured, measurePoint, type RoundLimits } from "../measure/rounds.ts";
import { ofContender, pairs, rowsOf, sweepRatio, worstRegret } from "../measure/rows.ts";
import { inThisProcess } from "../measure/runner.ts";

export interface SweepAmounts {
  readonly queries: Queries;
  readonly limits: RoundLimits;
  /** Whether graphs that take minutes to build are taken from an earlier run or left out. */
  readonly cachedOnly: boolean;
}

export const SIZES: Readonly<Record<SizeName, number>> = { "100k": 100_000, "500k": 500_000 };

/** Share of ads up to which usearch's over-fetch is to be beaten by its goal. */
const STRICT_MAX = 0.1;
const MICROS_PER_MS = 1_000;

export interface Swept {
  readonly measured: readonly Measured[];
  readonly rows: readonly Row[];
  readonly unavailable: ReadonlyMap<string, string>;
}

export async function sweep(
  workloadName: string,
  count: number,
  { queries, limits, cachedOnly }: SweepAmounts,
): Promise<Swept> {
  const workload = clusteredWorkload(count, queries, INDEPENDENT);
  const { set } = workload;
  const ours = await tenon(set, queries.tuning + queries.reporting, workload.tuningQueries);
  const peers = [await hnswlib({ cachedOnly })(set), await usearch({ cachedOnly })(set)];
  const contenders = [...ours.contenders, ...peers.flatMap((peer) => (isUnavailable(peer) ? [] : [peer.contender]))];
  const runners = contenders.map(inThisProcess);
  const measured: Measured[] = [];
  for (const plan of workload.plans) measured.push(...(await measurePoint(runners, set, workload.point(plan), limits)));
  return {
    measured,
    rows: [
      {
        workload: workloadName,
        contender: PLANNER,
        buildCpuMs: Math.round(ours.buildCpuMs),
        calibrateCpuMs: Math.round(ours.calibrateCpuMs),
      },
      ...peers.map((peer) => buildRow(workloadName, peer)),
      ...rowsOf(workloadName, measured),
    ],
    unavailable: new Map(peers.filter(isUnavailable).map(({ name, unavailable }) => [name, unavailable])),
  };
}

function buildRow(workload: string, peer: Built | Unavailable): Row {
  if (isUnavailable(peer)) return { workload, contender: peer.name, unavailable: peer.unavailable };
  const { contender, buildCpuMs } = peer;
  return {
    workload,
    contender: contender.name,
    buildCpuMs: buildCpuMs === undefined ? "loaded from an earlier run" : Math.round(buildCpuMs),
  };
}

/** Peers at a size whose graphs are built within seconds, where those of 100k are not at hand. Rows only: no goal is of it. */
export async function smallSweepPart(ads: number, amounts: SweepAmounts): Promise<Part> {
  const large = new ClusteredSource({ count: SIZES["100k"], dimensions: 64, seed: SEED });
  if (isGraphKept(large)) return { goals: [], rows: [] };
  const { rows } = await sweep(`${ads / 1_000}k x 64`, ads, amounts);
  return { goals: [], rows };
}

export async function sweepPart(
  name: PartName & `sweep${string}`,
  size: SizeName,
  amounts: SweepAmounts,
): Promise<Part> {
  const { measured, rows, unavailable } = await sweep(`${size} x 64`, SIZES[size], amounts);
  const against = (peer: string, value: () => number): Outcome => {
    const reason = unavailable.get(peer);
    return reason === undefined ? value() : { missing: `${peer}: ${reason}` };
  };
  const ours = ofContender(measured, PLANNER);
  const rateRatio = ([left, right]: readonly [Measured, Measured]) => right.cpuMicros / left.cpuMicros;
  return partOf(
    name,
    {
      [`hnswlib.${size}`]: against(HNSWLIB, () => sweepRatio(measured, HNSWLIB, PLANNER)),
      [`unfiltered.${size}`]: against(HNSWLIB, () =>
        Math.min(
          ...pairs(measured, PLANNER, HNSWLIB)
            .filter(([{ selectivity }]) => selectivity === 1)
            .map(rateRatio),
        ),
      ),
      [`usearch.${size}`]: against(USEARCH, () =>
        Math.min(
          ...pairs(measured, PLANNER, USEARCH)
            .filter(([{ selectivity }]) => selectivity <= STRICT_MAX)
            .map(rateRatio),
        ),
      ),
      [`regret.${size}`]: worstRegret(measured, PLANNER, SINGLE_METHODS),
      [`recall.${size}`]: Math.min(...ours.map(({ recall }) => recall.mean)),
      [`recall.p1.${size}`]: Math.min(...ours.map(({ recall }) => recall.p1)),
      [`stall.${size}`]: Math.max(...ours.map(({ longestMicros }) => longestMicros)) / MICROS_PER_MS,
    },
    rows,
  );
}
