/**
 * Groups of a graph: nodes of one owner that stand together.
 *
 * G1 The groups at the top form no circle among themselves where the graph has none: closing one never makes the way of
 *    the data look like a loop. An owner whose nodes stand apart therefore has several groups.
 * G2 No group holds more than {@link MEMBERS_MAX} members, and there are at most {@link TOP_MAX} at the top.
 * G3 A group of one is no group: the node stands for itself. (Of several versions in one picture, one may have a single node of a group.)
 */
import type { Topology, TopologyNode } from "@tenon/graph-core";
import type { GraphGroup } from "../graph-document.ts";

export const MEMBERS_MAX = 40;
export const TOP_MAX = 120;
/** Earlier groups of an owner that a node may still join. */
const LOOK_BACK_MAX = 8;

interface Cluster {
  readonly owner: string;
  readonly nodes: string[];
  readonly next: Set<Cluster>;
}

export interface Grouping {
  readonly groups: readonly GraphGroup[];
  /** Groups and nodes that stand at the top, in the order of the graph. */
  readonly top: readonly string[];
}

export function groupNodes(topology: Topology): Grouping {
  const clusters = clustersOf(topology);
  const groups: GraphGroup[] = [];
  const names = new Map<string, number>();
  const idOf = (owner: string) => {
    const count = (names.get(owner) ?? 0) + 1;
    names.set(owner, count);
    return `group:${owner}${count === 1 ? "" : `:${count}`}`;
  };
  const add = (owner: string, nodes: readonly string[], parent: string | null): string => {
    if (nodes.length === 1) return nodes[0] as string;
    const id = idOf(owner);
    const group = { id, owner, label: labelOf(nodes, topology), parent, nodes: [...nodes] };
    const at = groups.push({ ...group, members: [] }) - 1;
    const members = nodes.length <= MEMBERS_MAX ? [...nodes] : parts(nodes).map((part) => add(owner, part, id));
    groups[at] = { ...group, members };
    return id;
  };
  if (clusters.length <= TOP_MAX) {
    return { top: clusters.map(({ owner, nodes }) => add(owner, nodes, null)), groups };
  }
  // Too many to draw: one group per owner, and the order among them is lost.
  const byOwner = Map.groupBy(clusters, ({ owner }) => owner);
  return {
    top: [...byOwner].map(([owner, own]) =>
      add(
        owner,
        own.flatMap(({ nodes }) => nodes),
        null,
      ),
    ),
    groups,
  };
}

/** Neighbouring nodes in the order of the graph: edges among the parts go one way. */
function parts(nodes: readonly string[]): readonly (readonly string[])[] {
  const size = Math.max(2, Math.ceil(nodes.length / Math.min(MEMBERS_MAX, Math.ceil(nodes.length / 30))));
  return Array.from({ length: Math.ceil(nodes.length / size) }, (_, at) => nodes.slice(at * size, (at + 1) * size));
}

function clustersOf(topology: Topology): readonly Cluster[] {
  const nodes = new Map(topology.nodes.map((node) => [node.name, node]));
  const producers = Map.groupBy(topology.edges, ({ to }) => to);
  const clusterOf = new Map<string, Cluster>();
  const clusters: Cluster[] = [];
  const latest = new Map<string, Cluster[]>();
  for (const name of topology.layers.flat()) {
    const node = nodes.get(name) as TopologyNode;
    const before = new Set((producers.get(name) ?? []).flatMap(({ from }) => clusterOf.get(from) ?? []));
    const own = latest.get(node.owner) ?? [];
    const joins = own.find((cluster) => ![...before].some((other) => other !== cluster && reaches(cluster, other)));
    const cluster = joins ?? { owner: node.owner, nodes: [], next: new Set<Cluster>() };
    if (joins === undefined) {
      clusters.push(cluster);
      latest.set(node.owner, [cluster, ...own].slice(0, LOOK_BACK_MAX));
    }
    cluster.nodes.push(name);
    clusterOf.set(name, cluster);
    for (const other of before) if (other !== cluster) other.next.add(cluster);
  }
  return clusters;
}

function reaches(from: Cluster, to: Cluster): boolean {
  const seen = new Set([from]);
  for (const cluster of seen) {
    if (cluster === to) return true;
    for (const next of cluster.next) seen.add(next);
  }
  return false;
}

/** What the nodes of a group have in common: the folder of their stage, else the first and the last. */
function labelOf(nodes: readonly string[], topology: Topology): string {
  const wanted = new Set(nodes);
  const stages = new Map<string, number>();
  for (const { name, place, subgraph } of topology.nodes) {
    if (!wanted.has(name)) continue;
    const stage = subgraph !== "" ? subgraph : (/\/nodes\/([^/]+)\//.exec(place?.file ?? "")?.[1] ?? "");
    if (stage !== "") stages.set(stage, (stages.get(stage) ?? 0) + 1);
  }
  const named = [...stages].toSorted(([, one], [, other]) => other - one).map(([stage]) => stage);
  return named[0] ?? `${nodes[0]} to ${nodes.at(-1)}`;
}
