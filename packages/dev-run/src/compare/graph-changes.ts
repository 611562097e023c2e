/** What of a graph's declared shape changed: nodes, edges, slots, columns, pinned resources. */
import type { TopologyNode, TopologySlot } from "@tenon/graph-core";
import type { UnionGraph } from "./union-graph.ts";

export interface NodeChange {
  readonly graph: string;
  readonly node: string;
  readonly owner: string;
  readonly change: "added" | "removed" | "changed";
  /** What of its contract: `reads`, `writes`, `onFailure`, …; empty for one that came or went. */
  readonly fields: readonly string[];
}

export interface SlotChange {
  readonly graph: string;
  readonly slot: string;
  readonly owner: string;
  readonly producer: string | null;
  readonly change: "added" | "removed" | "schema" | "tags";
  /** It leaves the process, is logged or answered. */
  readonly leaves: boolean;
}

export interface PinnedChange {
  readonly graph: string;
  readonly resource: string;
  readonly owner: string;
  readonly kind: "model" | "config";
  readonly base: string;
  readonly head: string;
  /** What it holds changed and its version did not. */
  readonly unversioned: boolean;
  readonly readers: readonly string[];
}

export interface GraphChanges {
  readonly graph: string;
  readonly nodes: readonly NodeChange[];
  readonly slots: readonly SlotChange[];
  readonly edges: { readonly added: readonly string[]; readonly removed: readonly string[] };
  readonly pinned: readonly PinnedChange[];
}

/** Contract fields in the order in which they are told. */
const CONTRACT: readonly (keyof TopologyNode)[] = [
  ...([
    "kind",
    "owner",
    "reads",
    "soft",
    "writes",
    "uses",
    "when",
    "of",
    "budgetMs",
    "onFailure",
    "retriesMax",
  ] as const),
  ...(["async", "state", "scores", "logs", "merges", "orders", "columns", "declassifies", "processesFor"] as const),
  "purpose",
];

export function graphChanges(graph: UnionGraph): GraphChanges {
  return {
    graph: graph.name,
    nodes: graph.nodes.flatMap((node) => nodeChange(graph.name, node)),
    slots: slotChanges(graph),
    edges: edgeChanges(graph),
    pinned: pinnedChanges(graph),
  };
}

function nodeChange(graph: string, { name: node, owner, base, head }: UnionGraph["nodes"][number]): NodeChange[] {
  if (base === undefined || head === undefined) {
    return [{ graph, node, owner, change: base === undefined ? "added" : "removed", fields: [] }];
  }
  const fields = CONTRACT.filter((field) => !same(base[field], head[field]));
  return fields.length === 0 ? [] : [{ graph, node, owner, change: "changed", fields }];
}

function slotChanges({ name: graph, base, head, respond }: UnionGraph): readonly SlotChange[] {
  const ofBase = new Map(base.topology.slots.map((slot) => [slot.key, slot]));
  const ofHead = new Map(head.topology.slots.map((slot) => [slot.key, slot]));
  return [...new Set([...ofBase.keys(), ...ofHead.keys()])].flatMap((key) => {
    const [left, right] = [ofBase.get(key), ofHead.get(key)];
    const change = slotChange(left, right);
    if (change === undefined) return [];
    const { owner, producer, tags } = (right ?? left) as TopologySlot;
    return [{ graph, slot: key, owner, producer, change, leaves: tags.leaves !== undefined || respond.has(key) }];
  });
}

function slotChange(base: TopologySlot | undefined, head: TopologySlot | undefined): SlotChange["change"] | undefined {
  if (base === undefined) return "added";
  if (head === undefined) return "removed";
  if (base.fingerprint !== head.fingerprint || base.unit !== head.unit) return "schema";
  return same(base.tags, head.tags) ? undefined : "tags";
}

function edgeChanges({ base, head }: UnionGraph): GraphChanges["edges"] {
  const [left, right] = [base, head].map(
    ({ topology }) => new Set(topology.edges.map(({ from, to, slot, as }) => `${from} → ${to}: ${slot} (${as})`)),
  ) as [Set<string>, Set<string>];
  return { added: [...right.difference(left)].sort(), removed: [...left.difference(right)].sort() };
}

function pinnedChanges({ name: graph, base, head }: UnionGraph): readonly PinnedChange[] {
  return Object.entries(head.pinned).flatMap(([resource, now]) => {
    const before = base.pinned[resource];
    if (before === undefined || (before.version === now.version && before.digest === now.digest)) return [];
    const { owner = "", readers = [] } = head.topology.resources.find(({ name }) => name === resource) ?? {};
    const shown = ({ version, digest }: typeof now) => [version, digest].filter(Boolean).join(" ");
    // What is not plain data is code with weights: a model, a vector space.
    const kind = now.digest === null ? "model" : "config";
    const unversioned = before.version === now.version;
    return [{ graph, resource, owner, kind, base: shown(before), head: shown(now), unversioned, readers } as const];
  });
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
