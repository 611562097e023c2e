import type { Deprecation } from "../../graph/graph.ts";
import type { WiredNode, Wiring } from "../../graph/wiring.ts";
import { type Finding, graphParty, named, nodeParty, nodeText, type Rule } from "../rule.ts";

/** Nobody reads a node that is on its way out: a warning until its last day, an error afterwards. */
export const deprecatedReaders: Rule = {
  name: "deprecated-readers",
  code: "TENON1011",
  *check(wiring, { today }) {
    for (const [name, deprecation] of Object.entries(wiring.graph.deprecated)) {
      if (deprecation === undefined) continue;
      const finding = findingFor(wiring, name, deprecation, today);
      if (finding !== undefined) yield finding;
    }
  },
};

/** The nodes meant by a name of `nodes`: a node, or all nodes of a subgraph. */
export function nodesNamed(wiring: Wiring, name: string): readonly WiredNode[] {
  return wiring.nodes.filter((node) => node.name === name || node.name.startsWith(`${name}/`));
}

function findingFor(wiring: Wiring, name: string, deprecation: Deprecation, today?: string): Finding | undefined {
  const own = new Set(nodesNamed(wiring, name));
  const readers = new Set<WiredNode>();
  const read = new Set<string>();
  let responded = false;
  for (const key of [...own].flatMap((node) => node.writes)) {
    const slot = wiring.slots.get(key);
    const outside = slot?.readers.filter((reader) => !own.has(reader.node)) ?? [];
    for (const reader of outside) readers.add(reader.node);
    if (outside.length > 0 || slot?.responded) read.add(key);
    responded ||= slot?.responded ?? false;
  }
  const [deprecated] = own;
  const first = readers.values().next().value;
  if (deprecated === undefined || (first === undefined && !responded)) return undefined;

  const overdue = today !== undefined && today > deprecation.until;
  const offered = nodesNamed(wiring, deprecation.replacement).flatMap((node) => node.writes);
  const who = first === undefined ? `graph "${wiring.graph.name}" (owner ${wiring.graph.owner})` : nodeText(first);
  const more = readers.size > 1 ? ` and ${readers.size - 1} more` : "";
  return {
    severity: overdue ? "error" : "warning",
    message: `${nodeText(deprecated)} is deprecated until ${deprecation.until}${overdue ? ", which has passed" : ""}, but ${who}${more} still ${first === undefined ? "responds with" : "reads"} ${named("slot", [...read])}`,
    primary: first === undefined ? graphParty(wiring.graph, "responds with it") : nodeParty(first, "reads it"),
    secondary: [
      nodeParty(deprecated, `deprecated until ${deprecation.until}`),
      ...[...readers].slice(1).map((reader) => nodeParty(reader, "reads it too")),
      ...(first !== undefined && responded ? [graphParty(wiring.graph, "responds with it")] : []),
    ],
    detail: { expected: `no reader after ${deprecation.until}`, found: `${readers.size + (responded ? 1 : 0)}` },
    hint: `read ${offered.length === 0 ? `what node "${deprecation.replacement}" writes` : `${named("slot", offered)} of node "${deprecation.replacement}"`} instead`,
  };
}
