/** Tuning: the cheapest setting that reaches the recall, on queries that are never reported. */
import type { Contender } from "../contenders/contender.ts";
import type { VectorSet } from "../data/vector-set.ts";
import type { Ask, Point } from "../data/workload.ts";
import { recallOf } from "./recall.ts";

/** Mean recall@10 that tuning asks for. Peers are taken at the setting that reaches it here, even if reported queries miss it. */
export const RECALL_WANTED = 0.99;

/** An ask in the form a contender takes. */
export interface ReadyAsk {
  readonly ask: Ask;
  readonly query: unknown;
  readonly prepared: unknown;
}

export interface Tuned {
  readonly setting: number;
  /** Mean recall at that setting on the tuning queries. */
  readonly recall: number;
  /** Whether any setting reached the recall; if none did, the last one is used. */
  readonly reached: boolean;
  /** Wall time per query at that setting, ms. */
  readonly msPerQuery: number;
}

export interface TuneLimits {
  /** Wall time after which the rest of the queries of a setting is left out, ms; at least `QUERIES_MIN` are asked. */
  readonly msPerSetting: number;
}

/** Fewer queries than this say nothing about recall. */
const QUERIES_MIN = 20;

export function ready(contender: Contender, asks: readonly Ask[]): readonly ReadyAsk[] {
  return asks.map((ask) => ({ ask, query: contender.queryOf(ask.query), prepared: contender.prepare(ask.filter) }));
}

export async function tune(
  contender: Contender,
  set: VectorSet,
  { tuning }: Point,
  limits: TuneLimits,
): Promise<Tuned> {
  const asks = ready(contender, tuning);
  const matches = tuning.reduce((sum, { truth }) => sum + truth.matches, 0) / tuning.length;
  let tuned: Tuned | undefined;
  for (const setting of contender.settings(matches)) {
    tuned = await trySetting(contender, set, asks, setting, limits);
    if (tuned.reached) return tuned;
  }
  if (tuned === undefined) throw new Error(`contender "${contender.name}" has no setting`);
  return tuned;
}

async function trySetting(
  contender: Contender,
  set: VectorSet,
  asks: readonly ReadyAsk[],
  setting: number,
  { msPerSetting }: TuneLimits,
): Promise<Tuned> {
  let sum = 0;
  let asked = 0;
  let spentMs = 0;
  for (const { ask, query, prepared } of asks) {
    if (asked >= QUERIES_MIN && spentMs > msPerSetting) break;
    const from = performance.now();
    const result = contender.search(query, prepared, setting);
    const found = result instanceof Promise ? await result : result;
    spentMs += performance.now() - from;
    sum += recallOf(set, ask, found);
    asked++;
  }
  const recall = sum / asked;
  return { setting, recall, reached: recall >= RECALL_WANTED, msPerQuery: spentMs / asked };
}
