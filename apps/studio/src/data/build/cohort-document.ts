import { COHORT_FORMAT, type CohortDocument, type CohortNode, FATES } from "../cohort-document.ts";
import { fatesOf } from "../explain/fates.ts";
import type { GraphDocument } from "../graph-document.ts";
import type { RunDocument } from "../run-document.ts";

/** Runs that a cohort looks at: the newest. */
export const COHORT_RUNS_MAX = 200;

const ERRORS = new Set(["failed", "timeout", "fallback", "late", "unfinished"]);

/** The runs of one graph together. */
export function cohortDocument(graph: GraphDocument, all: readonly RunDocument[]): CohortDocument {
  const runs = all.filter(({ graphHash }) => graphHash === graph.hash).slice(0, COHORT_RUNS_MAX);
  const fates: string[] = [...FATES];
  const fateAt = new Map(fates.map((fate, at) => [fate, at]));
  const placeOf = (fate: string) => {
    const known = fateAt.get(fate);
    if (known !== undefined) return known;
    fateAt.set(fate, fates.length);
    return fates.push(fate) - 1;
  };
  const ads = new Map<number, number[]>();
  for (const [at, run] of runs.entries()) {
    for (const [adId, fate] of fatesOf(run)) {
      const known = ads.get(adId);
      if (known === undefined) ads.set(adId, [at, placeOf(fate)]);
      else known.push(at, placeOf(fate));
    }
  }
  return {
    format: COHORT_FORMAT,
    graphHash: graph.hash,
    runs: runs.map(({ requestId, startedAtMs }) => ({ requestId, startedAtMs })),
    nodes: graph.nodes.map(({ name }) => nodeOf(name, runs)),
    stages: stagesOf(runs),
    fates,
    ads: Object.fromEntries(ads),
  };
}

function nodeOf(name: string, runs: readonly RunDocument[]): CohortNode {
  const own = runs.flatMap(({ nodes }) => nodes.filter((node) => node.name === name));
  const ran = own.filter(({ outcome }) => !["notRun", "skipped", "switchedOff"].includes(outcome));
  const times = ran.map(({ durationMs }) => durationMs).toSorted((one, other) => one - other);
  const at = (share: number) => times[Math.max(0, Math.ceil(share * times.length) - 1)] ?? 0;
  const share = (count: number, of = own.length) => (of === 0 ? 0 : count / of);
  const stages = runs.flatMap((run) => run.stages.filter((stage) => stage.node === name));
  const entered = stages.reduce((sum, stage) => sum + stage.entered.length, 0);
  const absent = runs.filter(({ slots }) => slots.some((slot) => slot.producer === name && slot.absent)).length;
  return {
    name,
    runs: ran.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    waitMs: share(
      ran.reduce((sum, { waitMs }) => sum + waitMs, 0),
      ran.length,
    ),
    criticalShare: share(own.filter(({ critical }) => critical).length),
    errorShare: share(own.filter(({ outcome }) => ERRORS.has(outcome)).length),
    absentShare: share(absent, runs.length),
    dropShare:
      stages.length === 0
        ? null
        : share(
            stages.reduce((sum, { drops }) => sum + drops.length, 0),
            entered,
          ),
  };
}

function stagesOf(runs: readonly RunDocument[]): CohortDocument["stages"] {
  const found = new Map<string, CohortDocument["stages"][number]>();
  for (const { stages } of runs) {
    for (const { node, owner, entered, drops } of stages) {
      const stage = found.get(node) ?? { node, owner, entered: 0, byReason: {} };
      found.set(node, stage);
      stage.entered += entered.length;
      for (const { reason } of drops) stage.byReason[reason] = (stage.byReason[reason] ?? 0) + 1;
    }
  }
  return [...found.values()];
}
