/** What became of a graph between two versions, node by node. */
import type { GraphDocument, GraphNode } from "../../data/graph-document.ts";
import type { Change } from "./cues.ts";

export interface GraphComparison {
  readonly sentence: string;
  /** Of the newer version. */
  readonly nodes: ReadonlyMap<string, Change>;
  /** Only in the older one. */
  readonly gone: readonly string[];
}

export function compareGraphs(base: GraphDocument, head: GraphDocument): GraphComparison {
  const before = new Map(base.nodes.map((node) => [node.name, node]));
  const nodes = new Map<string, Change>();
  for (const node of head.nodes) {
    const earlier = before.get(node.name);
    if (earlier === undefined) nodes.set(node.name, "added");
    else if (contractOf(earlier) !== contractOf(node)) nodes.set(node.name, "changed");
  }
  const now = new Set(head.nodes.map(({ name }) => name));
  const gone = base.nodes.filter(({ name }) => !now.has(name)).map(({ name }) => name);
  const count = (change: Change) => [...nodes.values()].filter((each) => each === change).length;
  const words = [
    [count("added"), "added"],
    [gone.length, "removed"],
    [count("changed"), "changed"],
  ].flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]));
  return {
    sentence: words.length === 0 ? "Nothing differs between the two versions." : `Nodes: ${words.join(", ")}.`,
    nodes,
    gone,
  };
}

/** Everything that is declared; where it stands in the code is none of it. */
function contractOf({ place: _, ...contract }: GraphNode): string {
  return JSON.stringify(contract);
}
