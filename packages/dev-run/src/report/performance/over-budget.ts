import { downstreamOf } from "../../compare/union-graph.ts";
import { causesOf } from "../findings/causes-of.ts";
import type { Draft } from "../findings/value-findings.ts";
import type { ReportInput } from "../report-input.ts";
import { END_TO_END, type Row } from "./series.ts";

/** One finding per node that is over its budget; of a whole run only where no node of it is. */
export function overBudget(input: ReportInput, rows: readonly Row[]): readonly Draft[] {
  const flagged = rows.filter((row) => row.flagged);
  const named = new Set(flagged.filter(({ what }) => what !== END_TO_END).map(({ graph, unit }) => `${graph} ${unit}`));
  return flagged
    .filter(({ what, graph, unit }) => what !== END_TO_END || !named.has(`${graph} ${unit}`))
    .map((row) => draftOf(input, row));
}

function draftOf(input: ReportInput, row: Row): Draft {
  const { compared } = input;
  const graph = compared.graphs.find(({ name }) => name === row.graph);
  const node = graph?.nodes.find(({ name }) => name === row.what);
  const behind = graph === undefined || node === undefined ? [] : downstreamOf(graph, [row.what]);
  return {
    kind: "performance",
    severity: "review",
    title: titleOf(row),
    graph: row.graph,
    node: node?.name ?? row.graph,
    owner: row.owner,
    place: (node?.head ?? node?.base)?.place ?? null,
    causes: graph === undefined || node === undefined ? [] : [...causesOf(input, graph.name, node)],
    entriesAffected: 0,
    entriesCompared: compared.entries.filter((entry) => entry.graph === row.graph).length,
    downstream: behind.map(({ name, owner }) => ({ node: name, owner })),
    ...{ effect: [], fields: [], fieldsMore: 0, examples: [] },
  };
}

function titleOf({ what, owner, graph, unit, base, head, low, high, budget }: Row): string {
  const who = what === END_TO_END ? `graph "${graph}" (${owner})` : `node "${what}" (${owner})`;
  const does = unit === "ms" ? "takes" : "allocates";
  const amounts = `${shown(base.mean)} → ${shown(head.mean)} ${unit === "ms" ? "ms of processor time" : unit}`;
  const range = `${shown(low)} to ${shown(high)} ${unit} more at 95 %`;
  return `${who} ${does} ${amounts} a run of ${graph} (${range}), budget ${shown(budget)} ${unit} more`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
