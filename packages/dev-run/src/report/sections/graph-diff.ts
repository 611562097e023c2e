/** What of the graphs changed, and a picture of its neighbourhood. */
import type { GraphChanges } from "../../compare/graph-changes.ts";
import { causesOf } from "../findings/causes-of.ts";
import type { ReportInput } from "../report-input.ts";
import type { Report } from "../report-schema.ts";
import { changeMermaid } from "./change-mermaid.ts";

type GraphDiff = Report["graphDiff"];

export function graphDiff(input: ReportInput): GraphDiff {
  const nodes = input.compared.graphs.flatMap((graph, at) => nodesOf(input, graph, input.changes[at] as GraphChanges));
  return {
    nodes,
    slots: input.changes.flatMap(({ slots }) =>
      slots.map(({ graph, slot, owner, change, leaves }) => ({ graph, slot, owner, change, leaves })),
    ),
    edges: {
      added: input.changes.flatMap(({ edges }) => edges.added),
      removed: input.changes.flatMap(({ edges }) => edges.removed),
    },
    mermaid: changeMermaid(input.compared.graphs, nodes),
    filesChanged: input.code.files.map((file) => ({ file, owner: input.owners.of(file) })),
  };
}

function nodesOf(
  input: ReportInput,
  graph: ReportInput["compared"]["graphs"][number],
  changes: GraphChanges,
): GraphDiff["nodes"] {
  const affected = new Set(input.groups.filter((group) => group.graph === graph).flatMap((group) => group.nodes));
  return graph.nodes.flatMap((node) => {
    const causes = causesOf(input, graph.name, node);
    const contract = changes.nodes.find((each) => each.node === node.name);
    if (causes.length === 0 && !affected.has(node.name)) return [];
    const isRoot = input.groups.some((group) => group.graph === graph && group.root === node.name);
    const change = contract?.change ?? (causes.length > 0 || isRoot ? "code" : "upstream");
    const what =
      causes.map(({ detail }) => detail).join("; ") || (isRoot ? "gives other values" : "what it reads differs");
    const kinds = causes.length === 0 ? ["upstream" as const] : [...new Set(causes.map(({ kind }) => kind))];
    return [{ graph: graph.name, node: node.name, owner: node.owner, change, what, causes: kinds }];
  });
}
