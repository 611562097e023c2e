/** Promises that no change may break, whatever it is for: the features that were scored are the ones that are logged. */
import type { Compared, ComparedEntry } from "../../compare/compared.ts";
import type { UnionGraph } from "../../compare/union-graph.ts";
import type { ReportInput } from "../report-input.ts";
import type { Draft } from "./value-findings.ts";

const EXAMPLES_MAX = 3;

/**
 * Runs of the head whose log holds a snapshot that no model scored. The runtime checks that a log is made of the slot that was
 * scored; this looks at the values that are there in the end, however they came.
 */
export function servedNotLogged({ entries }: Pick<Compared, "entries">): readonly ComparedEntry[] {
  return entries.filter(({ head }) => head.logged === false);
}

export function safetyFindings({ compared }: Pick<ReportInput, "compared">): readonly Draft[] {
  const broken = Map.groupBy(servedNotLogged(compared), ({ graph }) => graph);
  return compared.graphs.flatMap((graph) => {
    const entries = broken.get(graph.name);
    return entries === undefined ? [] : [notLoggedFinding(graph, entries, compared)];
  });
}

function notLoggedFinding(graph: UnionGraph, entries: readonly ComparedEntry[], { entries: all }: Compared): Draft {
  const logger = graph.nodes.find(({ head }) => head !== undefined && head.logs.length > 0);
  const node = logger?.name ?? graph.name;
  const owner = logger?.owner ?? "";
  return {
    ...{ kind: "safety", severity: "fail", graph: graph.name, node, owner, place: logger?.head?.place ?? null },
    title: `${entries.length} runs of ${graph.name} log features that were not the ones scored; node "${node}" (${owner}) logs them`,
    causes: [],
    entriesAffected: entries.length,
    entriesCompared: all.filter((entry) => entry.graph === graph.name).length,
    ...{ downstream: [], effect: [], fields: [], fieldsMore: 0 },
    examples: entries.slice(0, EXAMPLES_MAX).map(({ requestId }) => requestId),
  };
}
