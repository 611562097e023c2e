/** The part of a graph that some of what it gives needs. */
import type { AnySlot, Graph, Node, Part, Subgraph } from "@tenon/graph-core";

/** The same nodes, fewer of them: those that `respond` is made of, in their order. What a node gives does not change. */
export function partOfGraph(graph: Graph, respond: readonly AnySlot[]): Graph {
  const needed = new Set(respond.map(({ name }) => name));
  const kept = new Set<string>();
  // A node may stand before those it reads: asked again until no node is added.
  for (let before = -1; kept.size > before; ) {
    before = kept.size;
    for (const [name, part] of Object.entries(graph.nodes)) {
      if (kept.has(name) || !writtenBy(part).some((slot) => needed.has(slot.name))) continue;
      kept.add(name);
      for (const slot of readBy(part)) needed.add(slot.name);
    }
  }
  const only = <Of>(all: Readonly<Record<string, Of>>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => kept.has(name)));
  return Object.freeze({
    ...graph,
    request: graph.request.filter(({ name }) => needed.has(name)),
    nodes: only(graph.nodes),
    shadows: {},
    deprecated: only(graph.deprecated),
    respond,
  });
}

function writtenBy(part: Part): readonly AnySlot[] {
  return part.kind === "subgraph" ? (part as Subgraph).out : (part as Node).definition.writes;
}

function readBy(part: Part): readonly AnySlot[] {
  if (part.kind === "subgraph") return (part as Subgraph).in;
  const { reads, soft, of, when } = (part as Node).definition;
  return [...reads, ...soft, ...[of, when].filter((slot) => slot !== undefined)];
}
