/** Entries that differ, put together by the node where they part: forty changes behind one node are one finding. */
import type { SlotKey } from "@tenon/graph-core";
import type { Compared, ComparedEntry } from "./compared.ts";
import type { UnionGraph } from "./union-graph.ts";

export interface RootGroup {
  readonly graph: UnionGraph;
  readonly root: string;
  readonly owner: string;
  /** In the order of the corpora. */
  readonly entries: readonly ComparedEntry[];
  /** Slots that differ in any of them, with the number of entries in which they do. */
  readonly slots: ReadonlyMap<SlotKey, number>;
  /** Nodes that gave something else in any of them, the root first, in the order of the graph. */
  readonly nodes: readonly string[];
}

/** The most entries first; of equal ones the node that stands first in its graph. */
export function rootGroups({ graphs, entries }: Compared): readonly RootGroup[] {
  const groups: RootGroup[] = [];
  for (const graph of graphs) {
    const ofGraph = entries.filter((entry) => entry.graph === graph.name);
    for (const { name: root, owner } of graph.nodes) {
      const affected = ofGraph.filter(({ divergence }) => divergence.has(root));
      if (affected.length === 0) continue;
      const slots = new Map<SlotKey, number>();
      const nodes = new Set<string>();
      for (const { divergence } of affected) {
        const effect = divergence.get(root);
        for (const slot of effect?.slots ?? []) slots.set(slot, (slots.get(slot) ?? 0) + 1);
        for (const node of effect?.nodes ?? []) nodes.add(node);
      }
      const inOrder = graph.nodes.map(({ name }) => name).filter((name) => nodes.has(name));
      groups.push({ graph, root, owner, entries: affected, slots, nodes: inOrder });
    }
  }
  // The sort is stable, and groups stand in the order of their graphs.
  return groups.sort((one, other) => other.entries.length - one.entries.length);
}

/**
 * Roots of one graph that changed for the same reason, a policy or a model that all of them read, are one finding: told
 * of the first of them.
 *
 * @param reasonOf names the reason of a root; `undefined` for one that has none of its own
 */
export function withSharedReason(
  groups: readonly RootGroup[],
  reasonOf: (group: RootGroup) => string | undefined,
): readonly RootGroup[] {
  const merged: RootGroup[] = [];
  const inOrder = groups.toSorted((one, other) => positionOf(one) - positionOf(other));
  const reasons = new Map<string, number>();
  for (const group of inOrder) {
    const reason = reasonOf(group);
    const key = reason && `${group.graph.name} ${reason}`;
    const at = key === undefined ? undefined : reasons.get(key);
    if (at !== undefined) merged[at] = joined(merged[at] as RootGroup, group);
    else {
      if (key !== undefined) reasons.set(key, merged.length);
      merged.push(group);
    }
  }
  return merged.sort((one, other) => other.entries.length - one.entries.length);
}

function joined(one: RootGroup, other: RootGroup): RootGroup {
  const entries = new Set([...one.entries, ...other.entries]);
  const slots = new Map(one.slots);
  for (const [slot, count] of other.slots) slots.set(slot, Math.max(count, slots.get(slot) ?? 0));
  const nodes = new Set([...one.nodes, ...other.nodes]);
  return {
    ...one,
    entries: [...entries],
    slots,
    nodes: one.graph.nodes.map(({ name }) => name).filter((name) => nodes.has(name)),
  };
}

function positionOf({ graph, root }: RootGroup): number {
  return graph.nodes.findIndex(({ name }) => name === root);
}
