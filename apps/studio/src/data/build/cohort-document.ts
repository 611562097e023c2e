import { COHORT_FORMAT, type CohortDocument, type CohortRun, type CohortStage, FATES } from "../cohort-document.ts";
import { cohortFigures } from "../explain/cohort-figures.ts";
import { fatesOf } from "../explain/fates.ts";
import { runFacts } from "../explain/run-facts.ts";
import type { GraphDocument } from "../graph-document.ts";
import type { RunDocument, RunNode } from "../run-document.ts";
import { MARKS } from "../words.ts";

/** Runs that a cohort looks at: the newest. */
export const COHORT_RUNS_MAX = 200;

const ERRORS = new Set(["failed", "timeout", "fallback", "late", "unfinished"]);
/** The node's failure policy gave what it did not. */
const STOOD_IN = new Set(["timeout", "fallback", "late", "omitted"]);
const IDLE = new Set(["notRun", "skipped", "switchedOff"]);

/** The runs of one graph together. */
export function cohortDocument(graph: GraphDocument, all: readonly RunDocument[]): CohortDocument {
  const runs = all.filter(({ graphHash }) => graphHash === graph.hash).slice(0, COHORT_RUNS_MAX);
  const fates = new Places([...FATES]);
  const ads = new Map<number, number[]>();
  for (const [at, run] of runs.entries()) {
    for (const [adId, fate] of fatesOf(run)) {
      const known = ads.get(adId);
      if (known === undefined) ads.set(adId, [at, fates.of(fate)]);
      else known.push(at, fates.of(fate));
    }
  }
  const names = graph.nodes.map(({ name }) => name);
  const stages = stagesOf(runs);
  const short = runs.map((run): CohortRun => shortOf(run, { names, stages, fates }));
  return {
    format: COHORT_FORMAT,
    graphHash: graph.hash,
    runs: short,
    ...(cohortFigures(short, { nodes: names, stages, fates: fates.names }) as Pick<CohortDocument, "nodes" | "stages">),
    fates: fates.names,
    ads: Object.fromEntries(ads),
  };
}

class Places {
  readonly names: string[];
  readonly #places: Map<string, number>;

  constructor(names: string[]) {
    this.names = names;
    this.#places = new Map(names.map((name, at) => [name, at]));
  }

  of(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    this.#places.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}

type Stage = Pick<CohortStage, "node" | "owner">;

function stagesOf(runs: readonly RunDocument[]): readonly Stage[] {
  const found = new Map<string, Stage>();
  for (const { stages } of runs) for (const { node, owner } of stages) found.set(node, { node, owner });
  return [...found.values()];
}

interface Names {
  readonly names: readonly string[];
  readonly stages: readonly Stage[];
  readonly fates: Places;
}

function shortOf(run: RunDocument, { names, stages, fates }: Names): CohortRun {
  const nodes = new Map(run.nodes.map((node) => [node.name, node]));
  const absent = new Set(run.slots.flatMap((slot) => (slot.absent ? [slot.producer] : [])));
  return {
    requestId: run.requestId,
    facts: runFacts(run),
    nodes: names.map((name) => {
      const node = nodes.get(name);
      if (node === undefined) return null;
      return [toMicros(node.durationMs), toMicros(node.waitMs), marksOf(node, absent.has(name))];
    }),
    stages: run.stages.map(({ node, entered, drops }) => [
      stages.findIndex((stage) => stage.node === node),
      entered.length,
      ...[...Map.groupBy(drops, ({ reason }) => reason)].flatMap(([reason, own]) => [fates.of(reason), own.length]),
    ]),
  };
}

function marksOf({ outcome, critical }: RunNode, isAbsent: boolean): number {
  return (
    (IDLE.has(outcome) ? 0 : MARKS.ran) |
    (critical ? MARKS.critical : 0) |
    (ERRORS.has(outcome) ? MARKS.error : 0) |
    (STOOD_IN.has(outcome) ? MARKS.fallback : 0) |
    (isAbsent ? MARKS.absent : 0)
  );
}

/** Whole microseconds: what a clock can tell, in fewer characters. */
function toMicros(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
