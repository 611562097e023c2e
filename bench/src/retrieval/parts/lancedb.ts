/** LanceDB beside ours: the same filters as SQL over indexed columns. Its CPU time counts all of its threads. */
import type { Part } from "../../harness/report.ts";
import { lancedb } from "../contenders/lancedb.ts";
import { PLANNER, tenon } from "../contenders/tenon.ts";
import { clusteredWorkload, INDEPENDENT, type Queries } from "../data/workload.ts";
import { partMissing, partOf } from "../goals.ts";
import { type Measured, measurePoint, type RoundLimits } from "../measure/rounds.ts";
import { rowsOf, sweepRatio } from "../measure/rows.ts";
import { inThisProcess } from "../measure/runner.ts";
import { SIZES } from "./sweep.ts";

export interface LanceAmounts {
  readonly queries: Queries;
  readonly limits: RoundLimits;
}

const WORKLOAD = "100k x 64, LanceDB";

export async function lancedbPart({ queries, limits }: LanceAmounts): Promise<Part> {
  const workload = clusteredWorkload(SIZES["100k"], queries, INDEPENDENT);
  const { set } = workload;
  const lance = await lancedb(set);
  if ("unavailable" in lance) return partMissing("lancedb", lance.unavailable);
  const ours = await tenon(set, queries.tuning + queries.reporting, workload.tuningQueries);
  const runners = [...ours.contenders.slice(0, 1), ...lance.contenders].map(inThisProcess);
  const measured: Measured[] = [];
  try {
    for (const plan of workload.plans)
      measured.push(...(await measurePoint(runners, set, workload.point(plan), limits)));
  } finally {
    lance.close();
  }
  const ratios = lance.contenders.map(({ name }) => sweepRatio(measured, name, PLANNER));
  return partOf("lancedb", { "lancedb.100k": Math.min(...ratios) }, [
    {
      workload: WORKLOAD,
      contender: "LanceDB",
      ingestCpuMs: Math.round(lance.ingestCpuMs),
      indexCpuMs: Math.round(lance.indexCpuMs),
    },
    ...rowsOf(WORKLOAD, measured),
  ]);
}
