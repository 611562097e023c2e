/** Changes of the declared shape that no differing run has told of already. */
import type { GraphChanges, NodeChange, PinnedChange, SlotChange } from "../../compare/graph-changes.ts";
import type { UnionGraph } from "../../compare/union-graph.ts";
import { downstreamOf } from "../../compare/union-graph.ts";
import type { ReportInput } from "../report-input.ts";
import type { Draft } from "./value-findings.ts";

/** Fields of a contract that decide what runs; the others (budget, purpose, owner) are told in the graph diff alone. */
const DECIDING = new Set<string>([
  ...["kind", "reads", "soft", "writes", "uses", "when", "of", "onFailure", "state", "scores", "logs"],
  ...["merges", "orders", "columns", "declassifies", "processesFor"],
]);

export function graphFindings(input: ReportInput): readonly Draft[] {
  return input.compared.graphs.flatMap((graph, at) => {
    const changes = input.changes[at] as GraphChanges;
    const told = new Set(input.groups.filter((group) => group.graph === graph).flatMap(({ nodes }) => nodes));
    return [
      ...changes.slots.filter(isBreak).map((slot) => breakFinding(input, graph, slot)),
      ...changes.nodes.filter((node) => decides(node) && !told.has(node.node)).map((node) => nodeFinding(graph, node)),
      ...changes.pinned
        .filter(({ unversioned, readers }) => unversioned && !readers.some((reader) => told.has(reader)))
        .map((pinned) => pinnedFinding(graph, pinned)),
    ];
  });
}

function decides({ change, fields }: NodeChange): boolean {
  return change !== "changed" || fields.some((field) => DECIDING.has(field));
}

/** What leaves the process is read by others: a new shape under the old name is a break for them. */
export function isBreak({ leaves, change }: SlotChange): boolean {
  return leaves && (change === "schema" || change === "removed");
}

function breakFinding(
  { compared }: ReportInput,
  graph: UnionGraph,
  { slot, owner, producer, change }: SlotChange,
): Draft {
  const node = graph.nodes.find(({ name }) => name === producer);
  const what = change === "removed" ? "is not given any more" : "has another schema";
  return {
    ...nothingRan(graph),
    kind: "contract",
    severity: "fail",
    title: `slot "${slot}" (${owner}), which leaves the process, ${what}; its readers outside know the old one`,
    node: producer ?? slot,
    owner: node?.owner ?? owner,
    place: (node?.head ?? node?.base)?.place ?? null,
    causes: [{ kind: "contract", detail: `${change} of slot ${slot}` }],
    entriesCompared: compared.entries.filter((entry) => entry.graph === graph.name).length,
  };
}

function nodeFinding(graph: UnionGraph, { node: name, owner, change, fields }: NodeChange): Draft {
  const node = graph.nodes.find((each) => each.name === name);
  const detail = change === "changed" ? `${fields.join(", ")} changed` : `the node was ${change}`;
  return {
    ...nothingRan(graph),
    kind: "graph",
    severity: "review",
    title: `node "${name}" (${owner}) of ${graph.name}: ${detail}; no run of the corpus differs`,
    node: name,
    owner,
    place: (node?.head ?? node?.base)?.place ?? null,
    causes: [{ kind: "contract", detail }],
    downstream: downstreamOf(graph, [name]).map((behind) => ({ node: behind.name, owner: behind.owner })),
  };
}

function pinnedFinding(graph: UnionGraph, { resource, owner, kind, head }: PinnedChange): Draft {
  return {
    ...nothingRan(graph),
    kind: "contract",
    severity: "review",
    title: `resource "${resource}" (${owner}) holds something else under the same version`,
    node: resource,
    owner,
    causes: [{ kind, detail: `now ${head}; raise its version` }],
  };
}

function nothingRan(graph: UnionGraph): Draft {
  return {
    ...{
      kind: "graph",
      severity: "review",
      title: "",
      graph: graph.name,
      node: "",
      owner: "",
      place: null,
      causes: [],
    },
    ...{ entriesAffected: 0, entriesCompared: 0, downstream: [], effect: [], fields: [], fieldsMore: 0, examples: [] },
  };
}
