/** Short words for what a contract says, shared by every rendering. */
import type { Topology, TopologyNode } from "../graph/topology.ts";

/** `8 ms`, or `undefined` without a budget. */
export function budgetText(node: TopologyNode): string | undefined {
  return node.budgetMs === null ? undefined : `${node.budgetMs} ms`;
}

/** How the node runs and fails, beyond the ordinary: what a reviewer must notice. */
export function flagsOf(node: TopologyNode): readonly string[] {
  const flags: string[] = [];
  if (node.async) flags.push("async");
  if (node.retriesMax > 0) flags.push(`retry ${node.retriesMax}`);
  if (node.onFailure !== "failRequest") flags.push(node.onFailure);
  return flags;
}

/** The node's place in a migration; empty for an active node. */
export function stateText(node: TopologyNode): string {
  if (node.state.kind === "shadow") return `shadow of ${node.state.of}`;
  if (node.state.kind === "deprecated") return `deprecated until ${node.state.until}, use ${node.state.replacement}`;
  return "";
}

/** Everything a reader of the drawing may ask about a node, one fact a line. */
export function nodeSummary(node: TopologyNode): string {
  const lines = [
    `${node.name} (${node.kind}, owner ${node.owner})`,
    node.purpose,
    `reads ${node.reads.join(", ") || "nothing"}`,
    node.soft.length === 0 ? "" : `softly reads ${node.soft.join(", ")}`,
    node.when === null ? "" : `runs only when ${node.when}`,
    node.uses.length === 0 ? "" : `uses ${node.uses.join(", ")}`,
    `writes ${node.writes.join(", ") || "nothing"}`,
    [budgetText(node) ?? "no budget", ...flagsOf(node)].join(" · "),
    stateText(node),
  ];
  return lines.filter((line) => line !== "").join("\n");
}

/** `66 of 100 ms`: the longest chain of budgets against the deadline. */
export function budgetPathText({ criticalPath, graph }: Topology): string {
  return graph.deadlineMs === null
    ? `${criticalPath.budgetMs} ms`
    : `${criticalPath.budgetMs} of ${graph.deadlineMs} ms`;
}
