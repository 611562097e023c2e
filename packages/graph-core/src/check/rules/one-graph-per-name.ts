import type { Wiring } from "../../graph/wiring.ts";
import { type GraphsRule, graphParty, graphText, listText } from "../rule.ts";

/** Graphs are told apart by name in traces, recordings and reports. */
export const oneGraphPerName: GraphsRule = {
  name: "one-graph-per-name",
  code: "TENON1040",
  alone: false,
  *check(wirings) {
    const byName = new Map<string, Wiring[]>();
    for (const wiring of wirings) {
      const same = byName.get(wiring.graph.name);
      if (same === undefined) byName.set(wiring.graph.name, [wiring]);
      else same.push(wiring);
    }
    for (const [name, same] of byName) {
      const last = same.at(-1);
      if (same.length < 2 || last === undefined) continue;
      yield {
        graph: name,
        severity: "error",
        message: `${same.length} graphs have one name: ${listText(same.map(({ graph }) => graphText(graph)))}`,
        primary: graphParty(last.graph, "declared here"),
        secondary: same.slice(0, -1).map(({ graph }) => graphParty(graph, "and here")),
        detail: { expected: "one graph per name", found: `${same.length}` },
        hint: "rename one: recordings and reports find a graph by its name",
      };
    }
  },
};
