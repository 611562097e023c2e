/** Our exact scan beside the floor: C with AVX-512 VNNI over the ids of the filter, both with the filter combined before. */
import type { Part, Row } from "../../harness/report.ts";
import { SINGLE_METHODS, tenon } from "../contenders/tenon.ts";
import { clusteredWorkload, INDEPENDENT, type Queries } from "../data/workload.ts";
import { partMissing, partOf } from "../goals.ts";
import { measurePoint, type RoundLimits } from "../measure/rounds.ts";
import { pairs, rowsOf } from "../measure/rows.ts";
import { inThisProcess } from "../measure/runner.ts";
import { NativePeers } from "../native/native-peers.ts";
import { C_SCAN, scanProgram } from "../native/programs.ts";
import { SIZES } from "./sweep.ts";

export interface ScanAmounts {
  readonly queries: Queries;
  readonly limits: RoundLimits;
}

/** Above it nobody scans by ids. */
const SELECTIVITY_MAX = 0.1;

export async function scanPart({ queries, limits }: ScanAmounts): Promise<Part> {
  const plans = INDEPENDENT.filter(({ selectivity }) => selectivity <= SELECTIVITY_MAX);
  const workload = clusteredWorkload(SIZES["100k"], queries, plans);
  const peers = await NativePeers.start(workload, { [C_SCAN]: scanProgram() });
  try {
    const [peer] = peers.runners;
    if (peer === undefined) return partMissing("scan", peers.missing.join("; "));
    const ours = await tenon(workload.set, queries.tuning + queries.reporting, workload.tuningQueries);
    const runners = [inThisProcess(ours.ready.exact), peer];
    const rows: Row[] = [...peers.rows];
    let worst = 0;
    for (const plan of plans) {
      const point = workload.point(plan);
      await peers.open(point, "before");
      const measured = await measurePoint(runners, workload.set, point, limits);
      rows.push(...rowsOf("100k x 64, exact scan by ids", measured));
      for (const [left, right] of pairs(measured, SINGLE_METHODS[0], peer.name))
        worst = Math.max(worst, left.p50LeastMicros / right.p50LeastMicros);
    }
    return partOf("scan", { "exact.c": worst }, rows);
  } finally {
    await peers.close();
  }
}
