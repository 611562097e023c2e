import { type ColumnHandler, columnHandlers, handlerText, writersOfColumns } from "../column-facts.ts";
import { type GraphsRule, graphParty, listText, nodeParty } from "../rule.ts";

/**
 * A stored column has one handler that writes it, over all graphs: two write sets for one column would overwrite each
 * other in the order of their commits.
 */
export const oneWriterPerColumn: GraphsRule = {
  name: "one-writer-per-column",
  code: "TENON1037",
  alone: true,
  *check(wirings) {
    for (const [column, writers] of writersOfColumns(columnHandlers(wirings))) {
      const [first, ...others] = writers;
      const last = others.at(-1);
      if (first === undefined || last === undefined) continue;
      const rest: readonly ColumnHandler[] = [first, ...others.slice(0, -1)];
      yield {
        graph: last.graph.name,
        severity: "error",
        message: `${writers.length === 2 ? "two nodes" : `${writers.length} nodes`} write column "${column}": ${listText(writers.map(handlerText))}`,
        primary: nodeParty(last.node, `writes "${column}"`),
        secondary: [
          ...rest.map((writer) => nodeParty(writer.node, "writes it too")),
          ...[...new Set(writers.map((writer) => writer.graph))].map((graph) => graphParty(graph)),
        ],
        detail: { expected: "one writer per column", found: `${writers.length}` },
        hint: "give each handler a column of its own, and let one node that watches both write the combined one",
      };
    }
  },
};
