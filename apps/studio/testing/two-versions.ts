import { type Topology, topologyOf } from "@tenon/graph-core";
import { adRequest } from "@tenon/graphs";

/** The ad graph, and an earlier version of it: one node was not there, another had another budget. */
export function twoVersionsOfAdRequest(): readonly [Topology, Topology] {
  const now = topologyOf(adRequest);
  const isThere = (name: string) => name !== "expandContext";
  const earlier = {
    ...now,
    layers: now.layers.map((layer) => layer.filter(isThere)),
    edges: now.edges.filter(({ from, to }) => isThere(from) && isThere(to)),
    nodes: now.nodes
      .filter(({ name }) => isThere(name))
      .map((node) => (node.name === "rankLight" ? { ...node, budgetMs: 1 } : node)),
  };
  return [now, earlier];
}
