/** The handlers of the index, brought the changes of the corpus one by one: do they come to what a base holds, and at what cost? */
import type { IndexingAnswer, IndexingCost } from "../../versions/protocol.ts";
import type { MeasuredPerformance } from "../performance/performance.ts";
import type { ReportInput } from "../report-input.ts";
import type { Report } from "../report-schema.ts";

type Indexing = NonNullable<Report["documents"]["indexing"]>;
type Cost = Indexing["costs"][number];
type Side = NonNullable<Cost["base"]>;
type RunMs = MeasuredPerformance["runMs"];

/** The first change brings everything that there is: it is no change of a day. */
export function afterLoad({ costs }: IndexingAnswer): readonly IndexingCost[] {
  return costs.slice(1);
}

/** `null` where the corpora hold no changes. */
export function indexing({ indexing: { base, head } }: ReportInput, runMs: RunMs): Indexing | null {
  if (head.length === 0) return null;
  const sum = (of: (answer: IndexingAnswer) => number) => head.reduce((total, answer) => total + of(answer), 0);
  const [before, now] = [base, head].map((answers) => Map.groupBy(answers.flatMap(afterLoad), ({ kind }) => kind));
  const kinds = [...new Set([...(before?.keys() ?? []), ...(now?.keys() ?? [])])];
  return {
    changes: sum(({ changes }) => changes),
    groupsCompared: sum(({ groupsCompared }) => groupsCompared),
    documentsCompared: sum(({ documentsCompared }) => documentsCompared),
    differentCount: sum(({ differentCount }) => differentCount),
    different: head.flatMap(({ different }) => different).map((each) => ({ ...each })),
    failures: head.flatMap(({ failures }) => failures).map((each) => ({ ...each })),
    costs: kinds.map((kind) => ({
      kind,
      changes: now?.get(kind)?.length ?? 0,
      base: sideOf(before?.get(kind), runMs.base),
      head: sideOf(now?.get(kind), runMs.head),
    })),
  };
}

/** Means of one change. */
function sideOf(costs: readonly IndexingCost[] = [], runMs: ReadonlyMap<string, number>): Side | null {
  if (costs.length === 0) return null;
  const mean = (of: (cost: IndexingCost) => number) => costs.reduce((sum, cost) => sum + of(cost), 0) / costs.length;
  const longest = costs.map(({ chain }) => chain).reduce((one, other) => (other.length > one.length ? other : one));
  return {
    runs: mean(({ runs }) => total(runs)),
    writes: mean(({ writes }) => total(writes)),
    messages: mean(({ messages }) => messages),
    messageBytes: mean(({ messageBytes }) => messageBytes),
    hops: mean(({ chain }) => chain.length),
    chain: [...longest],
    chainMs: mean(({ chain }) => chain.reduce((sum, graph) => sum + (runMs.get(graph) ?? 0), 0)),
    workMs: mean(({ runs }) =>
      Object.entries(runs).reduce((sum, [graph, count]) => sum + count * (runMs.get(graph) ?? 0), 0),
    ),
  };
}

export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

export function convergence({ indexing: { head } }: ReportInput, runs: number): Report["documents"]["convergence"] {
  if (head.length === 0) return { outcome: "notChecked", detail: "the corpora hold no indexing runs" };
  const sum = (of: (answer: IndexingAnswer) => number) => head.reduce((all, answer) => all + of(answer), 0);
  const looked = `${sum(({ documentsCompared }) => documentsCompared)} documents and ${sum(({ groupsCompared }) => groupsCompared)} groups of rows`;
  const differing = sum(({ differentCount }) => differentCount);
  if (differing > 0)
    return { outcome: "different", detail: `${differing} of ${looked} differ between deltas and a base of the head` };
  const failed = sum(({ failures }) => failures.length);
  if (failed > 0)
    return {
      outcome: "notChecked",
      detail: `${failed} keys could not be derived from the rows of the corpus; ${looked} are the same`,
    };
  return {
    outcome: "equal",
    detail: `after ${sum(({ changes }) => changes)} changes the deltas of the head left what its base holds: ${looked}; ${runs} runs compared`,
  };
}
