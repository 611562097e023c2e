import { type ColumnHandler, columnHandlers, handlerText, writersOfColumns } from "../column-facts.ts";
import { findCycles } from "../find-cycles.ts";
import { type GraphsRule, nodeParty } from "../rule.ts";

/** Handlers do not start each other for ever: a circle of column changes states after how many rounds it stands still. */
export const columnCircle: GraphsRule = {
  name: "column-circle",
  code: "TENON1038",
  alone: true,
  *check(wirings) {
    // A handler that bounds its rounds ends every circle through it.
    const handlers = columnHandlers(wirings).filter((handler) => !handler.bounded);
    const watchers = new Map<string, number[]>();
    handlers.forEach((handler, index) => {
      for (const column of handler.watches) {
        const known = watchers.get(column);
        if (known === undefined) watchers.set(column, [index]);
        else known.push(index);
      }
    });
    // A column has one writer (`one-writer-per-column`), so the edges are as many as the watches.
    const writers = writersOfColumns(handlers);
    const starts = handlers.map((handler) =>
      handler.writes.flatMap((column) => (writers.get(column)?.[0] === handler ? (watchers.get(column) ?? []) : [])),
    );
    for (const cycle of findCycles(starts).cycles) {
      const circle = cycle.map((index) => handlers[index] as ColumnHandler);
      const steps = circle.map((handler, index) => {
        const next = circle[(index + 1) % circle.length] as ColumnHandler;
        const watched = new Set(next.watches);
        return handler.writes.find((column) => watched.has(column)) ?? "";
      });
      const [first] = circle as [ColumnHandler];
      yield {
        graph: first.graph.name,
        severity: "error",
        message: `${circle.length === 1 ? "a node starts itself" : `${circle.length} nodes start each other`} through column changes: ${circle.map((handler, index) => `${handlerText(handler)} → column "${steps[index]}"`).join(" → ")} → node "${first.node.name}"`,
        primary: nodeParty(first.node, `writes "${steps[0]}"`),
        secondary: circle.slice(1).map((handler, index) => nodeParty(handler.node, `writes "${steps[index + 1]}"`)),
        detail: { expected: "no circle, or roundsMax on one of them", found: `a circle of ${circle.length}` },
        hint: "let one of them read the column instead of watching it, or state `roundsMax` where it comes to a standstill",
      };
    }
  },
};
