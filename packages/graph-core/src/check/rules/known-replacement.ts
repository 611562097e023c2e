import type { Wiring } from "../../graph/wiring.ts";
import { didYouMean, nearName } from "../near-name.ts";
import { graphParty, graphText, nodeParty, type Rule } from "../rule.ts";
import { nodesNamed } from "./deprecated-readers.ts";

/** A deprecation names a node of the graph, and another node of the graph that takes over. */
export const knownReplacement: Rule = {
  name: "known-replacement",
  code: "TENON1012",
  wholeGraph: true,
  *check(wiring) {
    const { graph } = wiring;
    const names = partNames(wiring);
    for (const [name, deprecation] of Object.entries(graph.deprecated)) {
      if (deprecation === undefined) continue;
      const [deprecated] = nodesNamed(wiring, name);
      const { replacement } = deprecation;
      const wrong = names.has(name) ? replacement : name;
      const what = !names.has(name)
        ? `deprecates node "${name}", which it does not have`
        : !names.has(replacement)
          ? `has no node "${replacement}" to replace node "${name}" (owner ${deprecated?.definition.owner ?? graph.owner})`
          : replacement === name
            ? `replaces deprecated node "${name}" (owner ${deprecated?.definition.owner ?? graph.owner}) by itself`
            : undefined;
      if (what === undefined) continue;
      const near = nearName(wrong, names);
      yield {
        severity: "error",
        message: `${graphText(graph)} ${what}`,
        primary: graphParty(graph, `deprecated: { ${name} }`),
        secondary: deprecated === undefined ? [] : [nodeParty(deprecated, "deprecated")],
        detail: { expected: "two names of `nodes` or `shadows`", found: `"${name}" replaced by "${replacement}"` },
        hint: `${didYouMean(wrong, names)}name a node of this graph, or remove the entry`,
        ...(near !== undefined &&
          graph.place !== undefined && { fix: { place: graph.place, replace: `"${wrong}"`, with: `"${near}"` } }),
      };
    }
  },
};

/** Names a graph file can use: top-level parts, flat node names and shadows. */
export function partNames(wiring: Wiring): ReadonlySet<string> {
  return new Set([
    ...Object.keys(wiring.graph.nodes),
    ...wiring.nodes.map((node) => node.name),
    ...wiring.shadows.map((shadow) => shadow.name),
  ]);
}
