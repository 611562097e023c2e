/**
 * FAISS and Lucene beside ours, each in a process of its own, in turn: ours, FAISS, Lucene, ours … Both are tuned for every kind of
 * index they have, on the tuning queries; the fastest kind that reaches the recall stands for the engine.
 */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Part, Row } from "../../harness/report.ts";
import { PLANNER, tenon } from "../contenders/tenon.ts";
import { cachePath } from "../data/cache.ts";
import { clusteredWorkload, INDEPENDENT, percent, type Point, type Queries, type Workload } from "../data/workload.ts";
import { NATIVE_SELECTIVITIES, type Outcome, type PartName, partOf, type SizeName } from "../goals.ts";
import { type Measured, measurePoint, type RoundLimits } from "../measure/rounds.ts";
import { rowsOf } from "../measure/rows.ts";
import { inThisProcess, type Runner } from "../measure/runner.ts";
import { writePoint, writeSet } from "../native/files.ts";
import { PeerProcess } from "../native/peer-process.ts";
import { FAISS, faissProgram, LUCENE, luceneProgram } from "../native/programs.ts";
import { SIZES } from "./sweep.ts";

export interface NativeAmounts {
  readonly queries: Queries;
  readonly limits: RoundLimits;
}

interface Peers {
  readonly processes: readonly PeerProcess[];
  readonly runners: readonly Runner[];
  readonly rows: readonly Row[];
  /** Why an engine is not among them. */
  readonly missing: readonly string[];
}

export async function nativePart(
  name: PartName & `native${string}`,
  size: SizeName,
  { queries, limits }: NativeAmounts,
): Promise<Part> {
  const plans = INDEPENDENT.filter(({ selectivity }) => NATIVE_SELECTIVITIES.includes(selectivity));
  const workload = clusteredWorkload(SIZES[size], queries, plans);
  const { set } = workload;
  const folder = join(dirname(cachePath(set.digest, "native")), `native-${set.digest}-${queries.tuning}-${queries.reporting}`);
  writeSet(folder, set, workload.point(plans[0] as Workload["plans"][number]));
  const peers = await startPeers(`${size} x 64`, folder, workload);
  try {
    const ours = await tenon(set, queries.tuning + queries.reporting);
    const runners = [...ours.contenders.slice(0, 1).map(inThisProcess), ...peers.runners];
    const outcomes: Record<string, Outcome> = {};
    const rows: Row[] = [...peers.rows];
    const ready: number[] = [];
    for (const plan of plans) {
      const point = workload.point(plan);
      const id = `native.${size}.${percent(plan.selectivity).replace(" ", "")}`;
      const measured = await measureAt(runners, peers, { workload, point, folder, limits });
      outcomes[id] = rateRatio(measured, peers);
      rows.push(...rowsOf(`${size} x 64, native`, measured));
    }
    outcomes[`ready.${size}`] = ready.length === 0 ? { missing: "not built yet" } : Math.min(...ready);
    return partOf(name, outcomes, rows);
  } finally {
    for (const peer of peers.processes) await peer.close();
  }
}

async function startPeers(workload: string, folder: string, { set }: Workload): Promise<Peers> {
  const indexes = join(folder, "indexes");
  mkdirSync(indexes, { recursive: true });
  const processes: PeerProcess[] = [];
  const runners: Runner[] = [];
  const rows: Row[] = [];
  const missing: string[] = [];
  for (const [name, program] of [
    [FAISS, faissProgram()],
    [LUCENE, luceneProgram()],
  ] as const) {
    if (typeof program !== "function") {
      missing.push(`${name}: ${program.unavailable}`);
      rows.push({ workload, contender: name, unavailable: program.unavailable });
      continue;
    }
    const peer = new PeerProcess(name, program([folder, indexes, `${set.count}`, `${set.dimensions}`]));
    processes.push(peer);
    const { version, buildCpuMs, variants } = await peer.build();
    runners.push(...variants.map(([variant, settings]) => peer.runner(variant, settings)));
    rows.push({ workload, contender: name, version, ...prefixed("buildCpuMs ", buildCpuMs) });
  }
  return { processes, runners, rows, missing };
}

function prefixed(prefix: string, values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}${key}`, Math.round(value)]));
}

interface PointWork {
  readonly workload: Workload;
  readonly point: Point;
  readonly folder: string;
  readonly limits: RoundLimits;
}

async function measureAt(
  runners: readonly Runner[],
  { processes }: Peers,
  { workload, point, folder, limits }: PointWork,
): Promise<readonly Measured[]> {
  const files = writePoint(folder, workload.set, point);
  for (const peer of processes) await peer.point(files);
  return measurePoint(runners, workload.set, point, limits);
}

/** Our rate ÷ that of the fastest kind of index of any engine that reaches the recall. One engine alone decides nothing. */
function rateRatio(measured: readonly Measured[], { missing }: Peers): Outcome {
  if (missing.length > 0) return { missing: missing.join("; ") };
  const ours = measured.find(({ contender }) => contender === PLANNER) as Measured;
  const peers = measured.filter(({ contender, tuned }) => contender !== PLANNER && tuned.reached);
  if (peers.length === 0) return { missing: "no index of any engine reached the recall" };
  return Math.min(...peers.map(({ p50LeastMicros }) => p50LeastMicros)) / ours.p50LeastMicros;
}
