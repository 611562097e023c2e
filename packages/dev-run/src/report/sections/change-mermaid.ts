/** The changed nodes with their neighbours as a Mermaid flowchart; the others as one box per owner. */
import type { UnionGraph } from "../../compare/union-graph.ts";
import type { Report } from "../report-schema.ts";

const NODES_MAX = 40;
/** Hosts of Mermaid refuse longer texts. */
const CHARACTERS_MAX = 44_000;

type Changed = Report["graphDiff"]["nodes"];

export function changeMermaid(graphs: readonly UnionGraph[], changed: Changed): string {
  if (changed.length === 0) return "";
  // Fewer boxes until it fits: long names of many nodes could pass the bound.
  for (let nodesMax = NODES_MAX; nodesMax >= 1; nodesMax = Math.floor(nodesMax / 2)) {
    const text = flowchart(graphs, changed, nodesMax);
    if (text.length <= CHARACTERS_MAX) return text;
  }
  return "";
}

function flowchart(graphs: readonly UnionGraph[], changed: Changed, nodesMax: number): string {
  const lines = ["flowchart LR"];
  const ids = new Map<string, string>();
  const idOf = (key: string) => {
    let id = ids.get(key);
    if (id === undefined) {
      id = `n${ids.size}`;
      ids.set(key, id);
    }
    return id;
  };
  for (const graph of graphs) {
    const ofGraph = changed.filter((each) => each.graph === graph.name);
    if (ofGraph.length === 0) continue;
    const shown = chosen(graph, ofGraph, nodesMax);
    const owners = new Map(graph.nodes.map(({ name, owner }) => [name, owner]));
    const changes = new Map(ofGraph.map(({ node, change }) => [node, change]));
    const boxOf = (node: string) => {
      const owner = owners.get(node) ?? "";
      return shown.has(node) ? `${graph.name} ${node}` : `${graph.name} of ${owner}`;
    };
    const boxes = new Map<string, { readonly label: string; readonly style: string }>();
    for (const { name, owner } of graph.nodes) {
      const change = changes.get(name);
      const isShown = shown.has(name);
      const label = isShown ? `${name}<br/>${owner}` : `others of ${owner}`;
      const known = boxes.get(boxOf(name));
      if (known === undefined) boxes.set(boxOf(name), { label, style: isShown ? (change ?? "same") : "others" });
    }
    for (const [key, { label, style }] of boxes)
      lines.push(`  ${idOf(key)}["${label.replaceAll('"', "'")}"]:::${style}`);
    for (const arrow of arrowsOf(graph, boxOf)) {
      const [from = "", to = ""] = arrow.split("\n");
      lines.push(`  ${idOf(from)} --> ${idOf(to)}`);
    }
  }
  return `${[...lines, ...STYLES].join("\n")}\n`;
}

/** Changed by themselves first, then what they reach and what they read, until the picture is full. */
function chosen(graph: UnionGraph, changed: Changed, nodesMax: number): ReadonlySet<string> {
  const own = new Set(changed.filter(({ change }) => change !== "upstream").map(({ node }) => node));
  const ofOwn = graph.nodes.filter(({ name }) => own.has(name));
  const written = new Set(ofOwn.flatMap(({ writes }) => writes));
  const read = new Set(ofOwn.flatMap(({ inputs }) => inputs));
  const around = graph.nodes.filter(
    ({ name, inputs, writes }) =>
      !own.has(name) && (inputs.some((slot) => written.has(slot)) || writes.some((slot) => read.has(slot))),
  );
  const behind = changed.filter(({ change }) => change === "upstream").map(({ node }) => node);
  return new Set([...own, ...around.map(({ name }) => name), ...behind].slice(0, nodesMax));
}

function arrowsOf(graph: UnionGraph, boxOf: (node: string) => string): ReadonlySet<string> {
  const arrows = new Set<string>();
  for (const { topology } of [graph.base, graph.head]) {
    for (const { from, to } of topology.edges) {
      if (from.startsWith("@") || to.startsWith("@") || boxOf(from) === boxOf(to)) continue;
      arrows.add(`${boxOf(from)}\n${boxOf(to)}`);
    }
  }
  return arrows;
}

const STYLES = [
  "  classDef added fill:#d7f5dd,stroke:#1a7f37,color:#0b3d1b",
  "  classDef removed fill:#ffe0de,stroke:#cf222e,color:#5c0f14,stroke-dasharray:5 3",
  "  classDef changed fill:#fff1c9,stroke:#9a6700,color:#3f2a00",
  "  classDef code fill:#fff1c9,stroke:#9a6700,color:#3f2a00",
  "  classDef upstream fill:#ddeeff,stroke:#0969da,color:#0a2b55",
  "  classDef same fill:#f6f8fa,stroke:#8c959f,color:#1f2328",
  "  classDef others fill:#ffffff,stroke:#d0d7de,color:#57606a",
];
