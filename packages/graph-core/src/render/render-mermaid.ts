import { REQUEST_END, RESPOND_END, type Topology, type TopologyEdge } from "../graph/topology.ts";
import { budgetText, flagsOf, stateText } from "./node-facts.ts";
import { ownerLooks } from "./palette.ts";

/** Hosts of Mermaid refuse longer texts (50,000 characters) and more edges (500); a little room for what surrounds it. */
const CHARACTERS_MAX = 45_000;
const EDGES_MAX = 480;

/**
 * The graph as a Mermaid flowchart: one arrow per pair of nodes, labelled with its slots, dotted where all of them are
 * soft or conditions. A graph too large for that loses the labels first, then shows one box per owner.
 */
export function renderMermaid(topology: Topology): string {
  const arrows = arrowsOf(topology.edges);
  if (arrows.length <= EDGES_MAX) {
    for (const labelled of [true, false]) {
      const text = flowchart(topology, arrows, labelled);
      if (text.length <= CHARACTERS_MAX) return text;
    }
  }
  return ownerChart(topology);
}

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly slots: string[];
  optional: boolean;
}

function arrowsOf(edges: readonly TopologyEdge[]): readonly Arrow[] {
  const arrows = new Map<string, Arrow>();
  for (const { from, to, slot, as } of edges) {
    const optional = as === "soft" || as === "when";
    const arrow = arrows.get(JSON.stringify([from, to]));
    if (arrow === undefined) arrows.set(JSON.stringify([from, to]), { from, to, slots: [slot], optional });
    else {
      arrow.slots.push(slot);
      arrow.optional &&= optional;
    }
  }
  return [...arrows.values()];
}

function flowchart(topology: Topology, arrows: readonly Arrow[], labelled: boolean): string {
  const idOf = idsOf([REQUEST_END, ...topology.nodes.map((node) => node.name), RESPOND_END]);
  const looks = ownerLooks(topology);
  const lookOf = new Map(looks.map((look) => [look.owner, look.index]));
  const lines = opening(topology);
  if (topology.request.length > 0) lines.push(`  ${idOf(REQUEST_END)}(["request"])`);
  for (const node of topology.nodes) {
    const facts = [budgetText(node), ...flagsOf(node), stateText(node)].filter(
      (fact) => fact !== undefined && fact !== "",
    );
    const text = [node.name, node.owner, ...(facts.length === 0 ? [] : [facts.join(" · ")])].map(quoted).join("<br/>");
    const [open, close] = node.kind === "filter" ? ["[/", "\\]"] : node.kind === "map" ? ["[[", "]]"] : ["[", "]"];
    lines.push(`  ${idOf(node.name)}${open}"${text}"${close}:::owner${lookOf.get(node.owner)}`);
  }
  if (topology.respond.length > 0) lines.push(`  ${idOf(RESPOND_END)}(["respond"])`);
  for (const { from, to, slots, optional } of arrows) {
    const label = labelled ? `|"${slots.map(quoted).join(", ")}"|` : "";
    lines.push(`  ${idOf(from)} ${optional ? "-.->" : "-->"}${label} ${idOf(to)}`);
  }
  for (const { index, colour } of looks) lines.push(`  classDef owner${index} stroke:${colour},stroke-width:3px`);
  return `${lines.join("\n")}\n`;
}

function opening({ graph }: Topology): string[] {
  return ["flowchart TD", `  %% graph ${quoted(graph.name)}`];
}

/** Owners and how many slots go from one to another. */
function ownerChart(topology: Topology): string {
  const ownerOf = new Map(topology.nodes.map((node) => [node.name, node.owner]));
  const looks = ownerLooks(topology);
  const idOf = idsOf(looks.map((look) => look.owner));
  const counts = new Map<string, number>();
  for (const { from, to } of topology.edges) {
    const [giver, taker] = [ownerOf.get(from), ownerOf.get(to)];
    if (giver === undefined || taker === undefined || giver === taker) continue;
    const pair = `${idOf(giver)} -->|"%"| ${idOf(taker)}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return `${[
    ...opening(topology),
    ...looks.map((look) => `  ${idOf(look.owner)}["${quoted(look.owner)}<br/>${look.nodes} nodes"]`),
    ...[...counts].slice(0, EDGES_MAX).map(([pair, count]) => `  ${pair.replace('"%"', `"${count} slots"`)}`),
  ].join("\n")}\n`;
}

/** Identifiers made of letters, digits and `_` that keep names apart; none is a word of Mermaid. */
function idsOf(names: readonly string[]): (name: string) => string {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of names) {
    const base = `n_${name.replace(/[^A-Za-z0-9]/g, "_")}`;
    let id = base;
    for (let again = 2; taken.has(id); again += 1) id = `${base}_${again}`;
    taken.add(id);
    ids.set(name, id);
  }
  return (name) => ids.get(name) ?? "n_";
}

/** Text within quotes of a Mermaid label: everything with a meaning there becomes a character reference. */
function quoted(text: string): string {
  return text.replace(/[^A-Za-z0-9 ._/·,:-]/gu, (character) => `#${character.codePointAt(0)};`).replaceAll("\n", " ");
}
