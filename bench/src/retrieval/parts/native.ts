/**
 * FAISS and Lucene beside ours, each in a process of its own, in turn: ours, FAISS, Lucene, ours … Both are tuned for every kind of
 * index they have, on the tuning queries; the fastest kind that reaches the recall stands for the engine. At every point once with
 * two bitmaps per query to combine, as an ad request has them, and once with the filter combined before the clock runs.
 */
import type { Part, Row } from "../../harness/report.ts";
import { PLANNER, tenon } from "../contenders/tenon.ts";
import { clusteredWorkload, INDEPENDENT, percent, type Queries } from "../data/workload.ts";
import { NATIVE_SELECTIVITIES, type Outcome, type PartName, partOf, type SizeName } from "../goals.ts";
import { type Measured, measurePoint, type RoundLimits } from "../measure/rounds.ts";
import { rowsOf } from "../measure/rows.ts";
import { inThisProcess } from "../measure/runner.ts";
import { NativePeers } from "../native/native-peers.ts";
import { FAISS, faissProgram, LUCENE, luceneProgram } from "../native/programs.ts";
import { SIZES } from "./sweep.ts";

export interface NativeAmounts {
  readonly queries: Queries;
  readonly limits: RoundLimits;
}

export async function nativePart(
  name: PartName & `native${string}`,
  size: SizeName,
  { queries, limits }: NativeAmounts,
): Promise<Part> {
  const plans = INDEPENDENT.filter(({ selectivity }) => NATIVE_SELECTIVITIES.includes(selectivity));
  const workload = clusteredWorkload(SIZES[size], queries, plans);
  const peers = await NativePeers.start(workload, { [FAISS]: faissProgram(), [LUCENE]: luceneProgram() });
  try {
    const ours = await tenon(workload.set, queries.tuning + queries.reporting, workload.tuningQueries);
    const outcomes: Record<string, Outcome> = {};
    const rows: Row[] = [...peers.rows];
    const ready: Outcome[] = [];
    for (const plan of plans) {
      const point = workload.point(plan);
      const measure = async (combined: "asked" | "before") => {
        await peers.open(point, combined);
        const planner = combined === "asked" ? ours.contenders[0] : ours.ready.planner;
        const runners = [inThisProcess(planner as typeof ours.ready.planner), ...peers.runners];
        const measured = await measurePoint(runners, workload.set, point, limits);
        rows.push(...rowsOf(`${size} x 64, native, combined ${combined}`, measured));
        return rateRatio(measured, peers.missing);
      };
      outcomes[`native.${size}.${percent(plan.selectivity).replace(" ", "")}`] = await measure("asked");
      ready.push(await measure("before"));
    }
    const missing = ready.find((outcome) => typeof outcome !== "number");
    outcomes[`ready.${size}`] = missing ?? Math.min(...(ready as number[]));
    return partOf(name, outcomes, rows);
  } finally {
    await peers.close();
  }
}

/** Our rate ÷ that of the fastest kind of index of any engine that reaches the recall. One engine alone decides nothing. */
function rateRatio(measured: readonly Measured[], missing: readonly string[]): Outcome {
  if (missing.length > 0) return { missing: missing.join("; ") };
  const ours = measured.find(({ contender }) => contender === PLANNER) as Measured;
  const peers = measured.filter(({ contender, tuned }) => contender !== PLANNER && tuned.reached);
  if (peers.length === 0) return { missing: "no index of any engine reached the recall" };
  return Math.min(...peers.map(({ p50LeastMicros }) => p50LeastMicros)) / ours.p50LeastMicros;
}
