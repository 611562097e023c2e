/** Tuning: the cheapest setting that reaches the recall, on queries that are never reported. */
import type { VectorSet } from "../data/vector-set.ts";
import type { Point } from "../data/workload.ts";
import { recallOf } from "./recall.ts";
import type { Batch, Runner, Session } from "./runner.ts";

/** Mean recall@10 that tuning asks for. Peers are taken at the setting that reaches it here, even if reported queries miss it. */
export const RECALL_WANTED = 0.99;

/** Shortest time that counts for a batch, ms. */
const CPU_MS_MIN = 0.05;

export interface Tuned {
  readonly setting: number;
  /** Mean recall at that setting on the tuning queries. */
  readonly recall: number;
  /** Whether any setting reached the recall; if none did, the last one is used. */
  readonly reached: boolean;
  /** CPU time per query at that setting, ms. */
  readonly msPerQuery: number;
}

export interface TuneLimits {
  /** CPU time that the queries of one setting may take, ms; `queriesMin` are asked whatever they take. */
  readonly msPerSetting: number;
  /** Queries of a contender that is too slow for all of them. Few say little about recall. */
  readonly queriesMin: number;
}

/** `session`: of `runner` at `point`. */
export async function tune(
  runner: Runner,
  session: Session,
  set: VectorSet,
  point: Point,
  limits: TuneLimits,
): Promise<Tuned> {
  const matches = point.tuning.reduce((sum, { truth }) => sum + truth.matches, 0) / point.tuning.length;
  let tuned: Tuned | undefined;
  for (const setting of runner.settings(matches)) {
    tuned = await trySetting(session, set, point, setting, limits);
    if (tuned.reached) return tuned;
  }
  if (tuned === undefined) throw new Error(`contender "${runner.name}" has no setting`);
  return tuned;
}

async function trySetting(
  session: Session,
  set: VectorSet,
  { tuning }: Point,
  setting: number,
  { msPerSetting, queriesMin }: TuneLimits,
): Promise<Tuned> {
  const first = await session.ask("tuning", setting, Math.min(queriesMin, tuning.length));
  const affordable = Math.min(tuning.length, Math.floor(msPerSetting / msPerQuery(first)));
  const batch = affordable > first.found.length ? await session.ask("tuning", setting, affordable) : first;
  const recalls = recallsOf(set, tuning, batch);
  const recall = recalls.reduce((sum, each) => sum + each, 0) / recalls.length;
  return { setting, recall, reached: recall >= RECALL_WANTED, msPerQuery: msPerQuery(batch) };
}

export function recallsOf(set: VectorSet, asks: Point["tuning"], { found }: Batch): readonly number[] {
  return found.map((ids, at) => recallOf(set, asks[at] as Point["tuning"][number], ids));
}

/** CPU time, so that a busy machine measures as much as a quiet one; at least what the clock of CPU time can tell. */
function msPerQuery({ found, cpuMs }: Batch): number {
  return Math.max(cpuMs, CPU_MS_MIN) / found.length;
}
