/** Which node of which graph handles which stored column. */
import type { NodeDefinition } from "../contract/node.ts";
import type { Graph } from "../graph/graph.ts";
import type { WiredNode, Wiring } from "../graph/wiring.ts";

/** `campaigns.budget`, as messages name it. */
export type ColumnName = string;

/** One node definition, however many graphs use it: the same code in two graphs is one handler. */
export interface ColumnHandler {
  readonly node: WiredNode;
  readonly graph: Graph;
  readonly watches: readonly ColumnName[];
  readonly reads: readonly ColumnName[];
  readonly writes: readonly ColumnName[];
  /** Tables for which it states that a circle stands still. */
  readonly bounded: boolean;
}

/** Handlers in order of graphs and positions; shadows write nothing. */
export function columnHandlers(wirings: readonly Wiring[]): readonly ColumnHandler[] {
  const handlers = new Map<NodeDefinition, ColumnHandler>();
  for (const { graph, nodes } of wirings) {
    for (const node of nodes) {
      const { columns } = node.definition;
      if (columns === undefined || handlers.has(node.definition)) continue;
      const named = (pick: "watches" | "reads" | "writes"): readonly ColumnName[] =>
        columns.flatMap((use) => (use[pick] ?? []).map((column) => `${use.table}.${column}`));
      handlers.set(node.definition, {
        node,
        graph,
        watches: named("watches"),
        reads: named("reads"),
        writes: named("writes"),
        bounded: columns.some((use) => use.roundsMax !== undefined),
      });
    }
  }
  return [...handlers.values()];
}

/** Column → handlers that write it. */
export function writersOfColumns(
  handlers: readonly ColumnHandler[],
): ReadonlyMap<ColumnName, readonly ColumnHandler[]> {
  const writers = new Map<ColumnName, ColumnHandler[]>();
  for (const handler of handlers) {
    for (const column of new Set(handler.writes)) {
      const known = writers.get(column);
      if (known === undefined) writers.set(column, [handler]);
      else known.push(handler);
    }
  }
  return writers;
}

/** `node "x" (owner y) of graph "g"`: across graphs a node's name alone says too little. */
export function handlerText({ node, graph }: ColumnHandler): string {
  return `node "${node.name}" (owner ${node.definition.owner}) of graph "${graph.name}"`;
}
