/** What could not be compared at all: graphs that one version has not, runs that the base itself cannot repeat. */
import type { ReportInput } from "../report-input.ts";
import type { Draft } from "./value-findings.ts";

export function incompleteFindings({ compared }: ReportInput): readonly Draft[] {
  const recorded = new Set(compared.base.corpora.flatMap(({ entries }) => entries.map(({ graph }) => graph)));
  const missing = [...recorded].filter((name) => !compared.graphs.some((graph) => graph.name === name));
  const graphs = missing.map((graph) =>
    draft(graph, `graph "${graph}" is not in both versions, or has no replay host`),
  );
  const misses = compared.entries.filter(({ base }) => base.misses.length > 0);
  const stale = [...Map.groupBy(misses, ({ graph }) => graph)].map(([graph, entries]) =>
    draft(graph, `${entries.length} runs of ${graph} cannot be repeated by the base: its corpus is of another version`),
  );
  return [...graphs, ...stale];
}

function draft(graph: string, title: string): Draft {
  return {
    ...{ kind: "incomplete", severity: "review", title, graph, node: graph, owner: "", place: null, causes: [] },
    ...{ entriesAffected: 0, entriesCompared: 0, downstream: [], effect: [], fields: [], fieldsMore: 0, examples: [] },
  };
}
