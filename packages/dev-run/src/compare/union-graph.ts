/** One graph in two versions, as one list of nodes in an order that fits both. */
import type { SlotKey, Topology, TopologyNode } from "@tenon/graph-core";
import type { DescribedGraph, FieldRule } from "../versions/protocol.ts";

export interface UnionNode {
  readonly name: string;
  readonly owner: string;
  readonly base: TopologyNode | undefined;
  readonly head: TopologyNode | undefined;
  /** Slots that it reads in either version. */
  readonly inputs: readonly SlotKey[];
  readonly writes: readonly SlotKey[];
}

export interface UnionGraph {
  readonly name: string;
  readonly base: DescribedGraph;
  readonly head: DescribedGraph;
  /** What a node reads is written before it; a node that is gone stands before the first one that read it. */
  readonly nodes: readonly UnionNode[];
  readonly respond: ReadonlySet<SlotKey>;
  /** Tolerances of the teams that own the slots, beside those that schemas declare. */
  readonly ownRules?: ReadonlyMap<SlotKey, readonly FieldRule[]>;
}

export function unionGraph(base: DescribedGraph, head: DescribedGraph): UnionGraph {
  const ofBase = nodesByName(base.topology);
  const ofHead = nodesByName(head.topology);
  const headRank = new Map(head.order.map((name, rank) => [name, rank]));
  const rankOf = (name: string): number => headRank.get(name) ?? rankOfGone(name, base.topology, headRank);
  const names = [...base.order.filter((name) => !headRank.has(name)), ...head.order];
  // The sort is stable: those that are gone keep their order, and stand before what read them.
  const sorted = names.map((name) => ({ name, rank: rankOf(name) })).sort((one, other) => one.rank - other.rank);
  return {
    name: head.name,
    base,
    head,
    nodes: sorted.map(({ name }) => unionNode(name, ofBase.get(name), ofHead.get(name))),
    respond: new Set([...base.topology.respond, ...head.topology.respond]),
  };
}

function unionNode(name: string, base: TopologyNode | undefined, head: TopologyNode | undefined): UnionNode {
  const inputs = [base, head].flatMap((node) =>
    node === undefined ? [] : [...node.reads, ...node.soft, ...(node.when === null ? [] : [node.when])],
  );
  const writes = [base, head].flatMap((node) => node?.writes ?? []);
  const owner = (head ?? base)?.owner ?? "";
  return { name, owner, base, head, inputs: [...new Set(inputs)], writes: [...new Set(writes)] };
}

function nodesByName({ nodes }: Topology): ReadonlyMap<string, TopologyNode> {
  return new Map(nodes.map((node) => [node.name, node]));
}

/** Just before the first node of the head that read it, through others that are gone, too. */
function rankOfGone(name: string, { edges }: Topology, headRank: ReadonlyMap<string, number>): number {
  const seen = new Set([name]);
  let rank = headRank.size;
  for (const from of seen) {
    for (const { to } of edges.filter((edge) => edge.from === from)) {
      const known = headRank.get(to);
      if (known !== undefined) rank = Math.min(rank, known - 0.5);
      else seen.add(to);
    }
  }
  return rank;
}

/** Names of everything that reads, directly or through others, what these nodes write. */
export function downstreamOf({ nodes }: UnionGraph, roots: Iterable<string>): readonly UnionNode[] {
  const found = new Set(roots);
  const slots = new Set(nodes.filter(({ name }) => found.has(name)).flatMap(({ writes }) => writes));
  const behind: UnionNode[] = [];
  for (const node of nodes) {
    if (found.has(node.name) || !node.inputs.some((slot) => slots.has(slot))) continue;
    behind.push(node);
    for (const slot of node.writes) slots.add(slot);
  }
  return behind;
}
