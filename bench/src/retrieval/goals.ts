/**
 * Every goal of the suite, by the part that measures it. A part that could not measure one says why; a part that failed says so
 * for all of its goals. None is ever left out.
 */
import { atLeast, atMost, type Goal, notMeasured, type Part, type Row } from "../harness/report.ts";
import { percent } from "./data/workload.ts";

interface GoalPlan {
  readonly id: string;
  readonly what: string;
  readonly bar: number;
  readonly side: "atLeast" | "atMost";
}

/** A measured value, one that was measured otherwise than the goal says and how, or why there is none. */
export type Outcome = number | { readonly value: number; readonly measured: string } | { readonly missing: string };

/** Selectivities of the goals against native engines. */
export const NATIVE_SELECTIVITIES: readonly number[] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3];

export type SizeName = "100k" | "500k";

const atLeastPlan = (id: string, bar: number, what: string): GoalPlan => ({ id, what, bar, side: "atLeast" });
const atMostPlan = (id: string, bar: number, what: string): GoalPlan => ({ id, what, bar, side: "atMost" });

function sweepPlans(size: SizeName, hnswlibBar: number): readonly GoalPlan[] {
  const ads = `${size} x 64`;
  return [
    atLeastPlan(
      `hnswlib.${size}`,
      hnswlibBar,
      `${ads}, selectivity 0.1 to 100 %, two bitmaps per query: CPU time per query of hnswlib-node with its filter ÷ ours`,
    ),
    atLeastPlan(`unfiltered.${size}`, 0.8, `${ads}, 100 %: CPU time per query of hnswlib-node without a filter ÷ ours`),
    atMostPlan(
      `regret.${size}`,
      1.25,
      `${ads}: time per query of the planner ÷ that of its best single method, worst point`,
    ),
    atLeastPlan(`recall.${size}`, 0.99, `${ads}: mean recall@10 on held-out queries, worst point`),
    atLeastPlan(`recall.p1.${size}`, 0.9, `${ads}: recall@10 of the 1st percentile of held-out queries, worst point`),
  ];
}

function nativePlans(size: SizeName): readonly GoalPlan[] {
  return [
    ...NATIVE_SELECTIVITIES.map((selectivity) =>
      atLeastPlan(
        `native.${size}.${percent(selectivity).replace(" ", "")}`,
        1.5,
        `${size} x 64, ${percent(selectivity)} by two bitmaps per query: qps50 ÷ that of the better of FAISS and Lucene`,
      ),
    ),
    atLeastPlan(
      `ready.${size}`,
      1,
      `${size} x 64, filter combined before the clock runs: qps50 ÷ that of the better of FAISS and Lucene, worst point`,
    ),
  ];
}

export const GOALS = {
  sweep100k: [
    ...sweepPlans("100k", 50),
    atLeastPlan(
      "usearch.100k",
      4,
      "100k x 64, at most 10 %: CPU time per query of usearch with over-fetch ÷ ours, worst point",
    ),
    atMostPlan("stall.100k", 2, "100k x 64: longest search on the event loop at any selectivity, ms"),
  ],
  sweep500k: sweepPlans("500k", 25),
  lancedb: [
    atLeastPlan(
      "lancedb.100k",
      20,
      "100k x 64, selectivity 0.1 to 100 %: CPU time per query of LanceDB prefilter ÷ ours",
    ),
  ],
  hard: [
    atLeastPlan(
      "recall.anti",
      0.99,
      "100k x 64, filters that exclude the nearest cluster: mean recall@10, worst point",
    ),
    atLeastPlan(
      "recall.p1.anti",
      0.9,
      "100k x 64, filters that exclude the nearest cluster: 1st percentile, worst point",
    ),
    atLeastPlan("recall.text", 0.99, "53k sentences x 64, random and genre filters: mean recall@10, worst point"),
    atLeastPlan("recall.p1.text", 0.9, "53k sentences x 64, random and genre filters: 1st percentile, worst point"),
    atMostPlan(
      "regret.hard",
      1.25,
      "the same: time per query of the planner ÷ that of its best single method, worst point",
    ),
  ],
  native100k: nativePlans("100k"),
  native500k: nativePlans("500k"),
  scan: [
    atMostPlan(
      "exact.c",
      2.5,
      "100k x 64, exact scan of 0.1 to 10 % by ids: time ÷ that of C with AVX-512 VNNI, worst point",
    ),
  ],
  updates: [
    atLeastPlan(
      "upserts",
      200,
      "new vectors of ads per CPU second, visible at once, in batches of 100 through the host's port; the ads carry no words, targets or caps ÷ vectors of hnswlib-node replaced one by one (markDelete, addPoint with replaceDeleted)",
    ),
    atMostPlan("upserts.search", 1.3, "100k x 64 in lists, all ads: p50 of a search with 5,000 changed ads ÷ without"),
  ],
  build: [
    atLeastPlan("build.500k", 15, "500k x 64: CPU time of hnswlib-node's build ÷ that of ours, calibration included"),
  ],
  targeting: [
    atLeastPlan("targeting.rate", 5_000, "users per second and core whose matching ads of 100k are found"),
    atLeastPlan("targeting.brute", 150, "the same ÷ evaluating every expression"),
    atMostPlan("targeting.mismatches", 0, "users with another result than evaluating every expression"),
  ],
  scale: [],
} as const satisfies Readonly<Record<string, readonly GoalPlan[]>>;

export type PartName = keyof typeof GOALS;

export function judge({ id, what, bar, side }: GoalPlan, outcome: Outcome): Goal {
  if (typeof outcome === "object" && "missing" in outcome)
    return notMeasured(id, what, `${side === "atLeast" ? ">=" : "<="} ${bar}`, outcome.missing);
  const [value, text] = typeof outcome === "number" ? [outcome, what] : [outcome.value, `${what}; ${outcome.measured}`];
  return side === "atLeast" ? atLeast(id, text, value, bar) : atMost(id, text, value, bar);
}

/** A part's report. `outcomes`: by goal id; a goal without an outcome is a mistake of the part, and said as one. */
export function partOf(name: PartName, outcomes: Readonly<Record<string, Outcome>>, rows: readonly Row[]): Part {
  const goals = (GOALS[name] as readonly GoalPlan[]).map((plan) =>
    judge(plan, outcomes[plan.id] ?? { missing: `part "${name}" gave no value` }),
  );
  return { goals, rows };
}

/** A part of which nothing could be measured. */
export function partMissing(name: PartName, reason: string): Part {
  const outcomes = Object.fromEntries((GOALS[name] as readonly GoalPlan[]).map(({ id }) => [id, { missing: reason }]));
  return partOf(name, outcomes, [{ part: name, unavailable: reason }]);
}
