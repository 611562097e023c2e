/**
 * Where two runs of one entry part: a node that gave something else although everything it reads is the same is a root;
 * what differs behind it is its effect.
 */
import type { SlotKey } from "@tenon/graph-core";
import type { RanEntry } from "../versions/protocol.ts";
import type { UnionGraph } from "./union-graph.ts";

export interface RootEffect {
  /** Slots that differ because of it, its own first. */
  readonly slots: readonly SlotKey[];
  /** Nodes that gave something else because of it, itself first. */
  readonly nodes: readonly string[];
}

/** Root → effect, in the order of the graph. Empty where the two runs gave the same. */
export type Divergence = ReadonlyMap<string, RootEffect>;

/** What is not compared in an entry: it is noise, or differs within its tolerance. */
export interface PassedOver {
  readonly slots?: ReadonlySet<SlotKey>;
  /** Filters whose drops are not compared. */
  readonly stages?: ReadonlySet<string>;
}

export function divergenceOf(
  { nodes }: UnionGraph,
  base: RanEntry,
  head: RanEntry,
  { slots: passedOver = new Set(), stages = new Set() }: PassedOver = {},
): Divergence {
  const found = new Map<string, { slots: SlotKey[]; nodes: string[] }>();
  const rootsOfSlot = new Map<SlotKey, ReadonlySet<string>>();
  for (const { name, inputs, writes } of nodes) {
    const differing = writes.filter((slot) => base.slots[slot] !== head.slots[slot] && !passedOver.has(slot));
    const isComparable = !stages.has(name) && writes.every((slot) => !passedOver.has(slot));
    const booked = isComparable && stageDigest(base, name) !== stageDigest(head, name);
    if (differing.length === 0 && !booked) continue;
    const upstream = new Set(inputs.flatMap((slot) => [...(rootsOfSlot.get(slot) ?? [])]));
    const roots = upstream.size === 0 ? new Set([name]) : upstream;
    for (const slot of differing) rootsOfSlot.set(slot, roots);
    for (const root of roots) {
      const effect = found.get(root) ?? { slots: [], nodes: [] };
      effect.slots.push(...differing);
      effect.nodes.push(name);
      found.set(root, effect);
    }
  }
  return found;
}

/** Slots that differ, whoever changed them. */
export function differingSlots(base: RanEntry, head: RanEntry): readonly SlotKey[] {
  const keys = new Set([...Object.keys(base.slots), ...Object.keys(head.slots)]);
  return [...keys].filter((slot) => base.slots[slot] !== head.slots[slot]);
}

/** Of what a filter dropped, with reasons and values. */
export function stageDigest({ stages }: RanEntry, node: string): string | undefined {
  return stages.find((stage) => stage.node === node)?.digest;
}
