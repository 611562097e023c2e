/** Figures of some runs together: made of their short forms, so that a server, a folder and the page count alike. */

import type { CohortDocument, CohortNode, CohortRun, CohortStage } from "../cohort-document.ts";
import { MARKS } from "../words.ts";

/** What the runs of a graph share: names for the numbers in them. */
export interface CohortNames {
  readonly nodes: readonly string[];
  readonly stages: readonly Pick<CohortStage, "node" | "owner">[];
  readonly fates: readonly string[];
}

export interface CohortFigures {
  readonly nodes: readonly CohortNode[];
  readonly stages: readonly CohortStage[];
}

export function namesOf({ nodes, stages, fates }: CohortDocument): CohortNames {
  return { nodes: nodes.map(({ name }) => name), stages, fates };
}

export function cohortFigures(runs: readonly CohortRun[], names: CohortNames): CohortFigures {
  const stages = names.stages.map(({ node, owner }, place) => stageOf(runs, names, { node, owner, place }));
  const stageBy = new Map(stages.map((stage) => [stage.node, stage]));
  return { nodes: names.nodes.map((name, at) => nodeOf(name, at, { runs, stage: stageBy.get(name) })), stages };
}

function nodeOf(
  name: string,
  at: number,
  { runs, stage }: { readonly runs: readonly CohortRun[]; readonly stage: CohortStage | undefined },
): CohortNode {
  const known = runs.map(({ nodes }) => nodes[at]).filter((node) => node != null);
  const ran = known.filter(([, , marks]) => (marks & MARKS.ran) !== 0);
  const times = ran.map(([durationMs]) => durationMs).toSorted((one, other) => one - other);
  const quantile = (part: number) => times[Math.max(0, Math.ceil(part * times.length) - 1)] ?? 0;
  const share = (mark: number) =>
    known.length === 0 ? 0 : known.filter(([, , marks]) => (marks & mark) !== 0).length / known.length;
  return {
    ...{ name, runs: ran.length, p50Ms: quantile(0.5), p99Ms: quantile(0.99) },
    waitMs: ran.length === 0 ? 0 : ran.reduce((sum, [, waitMs]) => sum + waitMs, 0) / ran.length,
    criticalShare: share(MARKS.critical),
    errorShare: share(MARKS.error),
    fallbackShare: share(MARKS.fallback),
    absentShare: share(MARKS.absent),
    dropShare: stage === undefined ? null : stage.entered === 0 ? 0 : droppedIn(stage) / stage.entered,
  };
}

function stageOf(
  runs: readonly CohortRun[],
  { fates }: CohortNames,
  { node, owner, place }: { readonly node: string; readonly owner: string; readonly place: number },
): CohortStage {
  const byReason: Record<string, number> = {};
  let entered = 0;
  for (const [, came, ...left] of runs.flatMap(({ stages }) => stages.filter(([at]) => at === place))) {
    entered += came ?? 0;
    for (let at = 0; at < left.length; at += 2) {
      const reason = fates[left[at] ?? 0] ?? "";
      byReason[reason] = (byReason[reason] ?? 0) + (left[at + 1] ?? 0);
    }
  }
  return { node, owner, entered, byReason };
}

export function droppedIn({ byReason }: CohortStage): number {
  return Object.values(byReason).reduce((sum, count) => sum + count, 0);
}
