/** Promises that hold whatever the values are: contracts, order, logged = served, what leaves the process. */

import { isBreak } from "../findings/graph-findings.ts";
import { servedNotLogged } from "../findings/safety-findings.ts";
import type { ReportInput } from "../report-input.ts";
import type { Report } from "../report-schema.ts";
import { convergence } from "./indexing.ts";

type Line = Report["safety"]["lines"][number];

export function safety(input: ReportInput): Report["safety"] {
  const mismatches = servedNotLogged(input.compared).length;
  const lines = [
    ...readsAndWrites(input),
    ...orderings(input),
    line(
      "breaking change of what leaves the process",
      input.changes.flatMap(({ slots }) => slots.filter(isBreak).map(({ slot }) => slot)),
      "fail",
    ),
    line("new read of a resource on the longest path of budgets", newCalls(input), "review"),
    line("feature schemas changed", featureSchemas(input), "review"),
    line("gates of teams changed", changedGates(input), "review"),
    ...convergenceLine(input),
    {
      what: "features served and not logged",
      outcome: mismatches > 0 ? "fail" : "ok",
      detail: mismatches > 0 ? `${mismatches} runs log a snapshot that was not scored` : "0 runs",
    } satisfies Line,
  ];
  return { lines, servedNotLogged: mismatches };
}

/** A change that loosens what is asked of it says so. */
function changedGates({ gates, baseGates }: ReportInput): readonly string[] {
  const owners = [...new Set([...Object.keys(baseGates), ...Object.keys(gates)])];
  return owners.filter((owner) => JSON.stringify(gates[owner]) !== JSON.stringify(baseGates[owner]));
}

function convergenceLine(input: ReportInput): readonly Line[] {
  const { outcome, detail } = convergence(
    input,
    input.compared.entries.filter(({ host }) => host === "indexer").length,
  );
  if (outcome === "notChecked" && input.indexing.head.length === 0) return [];
  const marks = { equal: "ok", different: "fail", notChecked: "review" } as const;
  return [{ what: "deltas and a base come to the same", outcome: marks[outcome], detail }];
}

function line(what: string, found: readonly string[], otherwise: "fail" | "review"): Line {
  return {
    what,
    outcome: found.length === 0 ? "ok" : otherwise,
    detail: found.length === 0 ? "none" : found.join(", "),
  };
}

function readsAndWrites({ changes }: ReportInput): readonly Line[] {
  const changed = changes
    .flatMap(({ nodes }) => nodes)
    .filter(
      ({ change, fields }) =>
        change !== "changed" || ["reads", "soft", "writes", "uses"].some((field) => fields.includes(field)),
    )
    .map(({ node, change, fields }) =>
      change === "changed" ? `${node} (${fields.join(", ")})` : `${node} (${change})`,
    );
  return [line("reads and writes of nodes changed", changed, "review")];
}

/** One producer per slot is a rule of every graph; two handlers may still set the same stored columns. */
function orderings({ compared }: ReportInput): readonly Line[] {
  const before = new Set(compared.graphs.flatMap(({ base }) => overlaps(base.topology.nodes)));
  const overlap = compared.graphs
    .flatMap(({ head }) => overlaps(head.topology.nodes))
    .filter((each) => !before.has(each));
  const edges = compared.graphs.flatMap(({ base, head }) => {
    const known = new Set(base.topology.edges.map(({ from, to }) => `${from} → ${to}`));
    const both = new Set(base.order.filter((name) => head.order.includes(name)));
    return [
      ...new Set(head.topology.edges.map(({ from, to }) => (both.has(from) && both.has(to) ? `${from} → ${to}` : ""))),
    ].filter((edge) => edge !== "" && !known.has(edge));
  });
  return [
    line("write sets that overlap now", overlap, "fail"),
    line("nodes that wait for one another now", edges, "review"),
  ];
}

function overlaps(nodes: ReportInput["compared"]["graphs"][number]["head"]["topology"]["nodes"]): readonly string[] {
  const writers = new Map<string, string[]>();
  for (const { name, columns } of nodes) {
    for (const { table, writes = [] } of columns) {
      for (const column of writes)
        writers.set(`${table}.${column}`, [...(writers.get(`${table}.${column}`) ?? []), name]);
    }
  }
  return [...writers]
    .filter(([, names]) => names.length > 1)
    .map(([column, names]) => `${column} (${names.join(", ")})`);
}

function newCalls({ compared }: ReportInput): readonly string[] {
  return compared.graphs.flatMap(({ base, head }) => {
    const path = new Set(head.topology.criticalPath.nodes);
    return head.topology.nodes.flatMap((node) => {
      const before = base.topology.nodes.find(({ name }) => name === node.name)?.uses ?? [];
      const live = node.uses.filter(
        (name) => head.topology.resources.find((each) => each.name === name)?.methods !== null,
      );
      return path.has(node.name)
        ? live.filter((name) => !before.includes(name)).map((name) => `${node.name} reads ${name}`)
        : [];
    });
  });
}

function featureSchemas({ compared }: ReportInput): readonly string[] {
  return compared.graphs.flatMap(({ base, head }) =>
    Object.entries(head.featureSchemas).flatMap(([name, fingerprint]) =>
      base.featureSchemas[name] === fingerprint ? [] : [name],
    ),
  );
}
