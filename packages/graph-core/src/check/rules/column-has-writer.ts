import { type ColumnHandler, columnHandlers, handlerText, writersOfColumns } from "../column-facts.ts";
import { didYouMean } from "../near-name.ts";
import { type GraphsRule, graphParty, nodeParty } from "../rule.ts";

/**
 * A column that some graph reads is written by some graph: a handler cannot stop writing what others live on. Tables
 * that no checked graph writes at all come from outside and are not judged.
 */
export const columnHasWriter: GraphsRule = {
  name: "column-has-writer",
  code: "TENON1039",
  alone: false,
  *check(wirings) {
    const handlers = columnHandlers(wirings);
    const writers = writersOfColumns(handlers);
    const tables = new Map<string, ColumnHandler>();
    for (const [column, [writer]] of writers) {
      if (writer !== undefined && !tables.has(tableOf(column))) tables.set(tableOf(column), writer);
    }
    const judged = new Map<string, ColumnHandler[]>();
    for (const handler of handlers) {
      for (const column of new Set([...handler.watches, ...handler.reads])) {
        if (writers.has(column) || !tables.has(tableOf(column))) continue;
        const known = judged.get(column);
        if (known === undefined) judged.set(column, [handler]);
        else known.push(handler);
      }
    }
    for (const [column, [first, ...others]] of judged as Map<string, [ColumnHandler, ...ColumnHandler[]]>) {
      const table = tableOf(column);
      const other = tables.get(table) as ColumnHandler;
      yield {
        graph: first.graph.name,
        severity: "error",
        message: `no node writes column "${column}", which ${handlerText(first)} reads; ${handlerText(other)} writes others of table "${table}"`,
        primary: nodeParty(first.node, `reads "${column}"`),
        secondary: [
          nodeParty(other.node, `writes other columns of "${table}"`),
          ...others.map((reader) => nodeParty(reader.node, "reads it too")),
          graphParty(first.graph),
        ],
        detail: { expected: "a node with the column in `columns.writes`", found: "none" },
        hint: `${didYouMean(column, writers.keys())}write the column in a handler, or remove the reads`,
      };
    }
  },
};

function tableOf(column: string): string {
  return column.slice(0, column.indexOf("."));
}
