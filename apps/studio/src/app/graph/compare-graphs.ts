/** What became of a graph between two versions: node by node, and line by line. */
import type { GraphDocument, GraphNode } from "../../data/graph-document.ts";
import type { Change } from "./cues.ts";

export interface NodeDifference {
  readonly node: string;
  readonly change: Change;
  /** `budgetMs 10 → 1`, `reads +userCounts −userProfile`. */
  readonly words: readonly string[];
}

export interface GraphComparison {
  readonly sentence: string;
  /** Of either version. */
  readonly nodes: ReadonlyMap<string, Change>;
  /** In the order of the newer graph; what is gone comes last. */
  readonly differences: readonly NodeDifference[];
}

export function compareGraphs(base: GraphDocument, head: GraphDocument): GraphComparison {
  const before = new Map(base.nodes.map((node) => [node.name, node]));
  const now = new Set(head.nodes.map(({ name }) => name));
  const differences = [
    ...head.nodes.flatMap((node): readonly NodeDifference[] => {
      const earlier = before.get(node.name);
      if (earlier === undefined) return [{ node: node.name, change: "added", words: [node.purpose] }];
      const words = wordsOf(earlier, node);
      return words.length === 0 ? [] : [{ node: node.name, change: "changed", words }];
    }),
    ...base.nodes.flatMap(({ name, purpose }): readonly NodeDifference[] =>
      now.has(name) ? [] : [{ node: name, change: "removed", words: [purpose] }],
    ),
  ];
  const counts = (["added", "removed", "changed"] as const).flatMap((change) => {
    const count = differences.filter((each) => each.change === change).length;
    return count === 0 ? [] : [`${count} ${change}`];
  });
  return {
    sentence: counts.length === 0 ? "Nothing differs between the two versions." : `Nodes: ${counts.join(", ")}.`,
    nodes: new Map(differences.map(({ node, change }) => [node, change])),
    differences,
  };
}

/** Of everything that is declared; where it stands in the code is none of it. */
function wordsOf(before: GraphNode, after: GraphNode): readonly string[] {
  const { place: _, name: __, ...declared } = after;
  return (Object.keys(declared) as (keyof typeof declared)[]).flatMap((key) => {
    const [was, is] = [before[key], after[key]];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    if (!Array.isArray(was) || !Array.isArray(is)) return [`${key} ${String(was)} → ${String(is)}`];
    const come = is.filter((each) => !was.includes(each)).map((each) => `+${each}`);
    const gone = was.filter((each) => !is.includes(each)).map((each) => `−${each}`);
    return [`${key} ${[...come, ...gone].join(" ") || "in another order"}`];
  });
}
