/** One picture for several versions of a graph: what they share stands at the same place in each, to the pixel. */
import { type Topology, type TopologyEdge, type TopologyNode, topologyHash } from "@tenon/graph-core";

/** Versions of one graph that are drawn in one picture: the first that a studio has. */
export const VERSIONS_TOGETHER_MAX = 8;

/** Every node and every edge that any of the versions has. The same for the same versions, in whatever order they come. */
export function unionTopology(versions: readonly Topology[]): Topology {
  const [first, ...others] = versions.toSorted((one, other) => (topologyHash(one) < topologyHash(other) ? -1 : 1));
  if (first === undefined) throw new Error("expected a version of the graph");
  if (others.length === 0) return first;
  const all = [first, ...others];
  const nodes = new Map<string, TopologyNode>();
  const edges = new Map<string, TopologyEdge>();
  const depths = new Map<string, number>();
  const owners = new Map<string, Map<number, string>>();
  for (const [at, version] of all.entries()) {
    for (const node of version.nodes) {
      if (!nodes.has(node.name)) nodes.set(node.name, node);
      owners.set(node.name, (owners.get(node.name) ?? new Map()).set(at, node.owner));
    }
    for (const edge of version.edges) {
      const key = JSON.stringify([edge.from, edge.to, edge.slot]);
      if (!edges.has(key)) edges.set(key, edge);
    }
    for (const [depth, layer] of version.layers.entries())
      for (const name of layer) depths.set(name, Math.max(depth, depths.get(name) ?? 0));
  }
  const deepest = Math.max(-1, ...depths.values());
  const byDepth = Map.groupBy(nodes.keys(), (name) => depths.get(name) ?? 0);
  return {
    ...first,
    nodes: [...nodes.values()].map((node) => ({ ...node, owner: ownerIn(owners.get(node.name) ?? new Map()) })),
    edges: [...edges.values()],
    layers: Array.from({ length: deepest + 1 }, (_, depth) => byDepth.get(depth) ?? []),
    request: [...new Set(all.flatMap(({ request }) => request))],
    respond: [...new Set(all.flatMap(({ respond }) => respond))],
  };
}

/** A node that went to another owner stands in no group of either, but with those that went the same way. */
function ownerIn(byVersion: ReadonlyMap<number, string>): string {
  const owners = new Set(byVersion.values());
  return owners.size === 1 ? ([...owners][0] as string) : [...byVersion].map((each) => each.join(" ")).join(", ");
}
