import type { SlotKey, WiredNode, Wiring } from "../../graph/wiring.ts";
import { didYouMean, nearName } from "../near-name.ts";
import { type Finding, graphParty, named, nodeParty, nodeText, quoted, type Rule } from "../rule.ts";
import { nodesNamed } from "./deprecated-readers.ts";
import { isOnlyShadowed } from "./shadow-not-read.ts";

/** A shadow is compared with one active node, so it writes nothing but that node's slots. */
export const shadowMatchesPrimary: Rule = {
  name: "shadow-matches-primary",
  code: "TENON1013",
  wholeGraph: true,
  *check(wiring) {
    for (const shadow of wiring.shadows) {
      const primaries = nodesNamed(wiring, shadow.shadowOf ?? "");
      if (primaries.length === 0) yield unknownPrimary(wiring, shadow);
      else yield* otherSlots(wiring, shadow, primaries);
    }
  },
};

function unknownPrimary(wiring: Wiring, shadow: WiredNode): Finding {
  const wrong = shadow.shadowOf ?? "";
  const names = [...new Set([...Object.keys(wiring.graph.nodes), ...wiring.nodes.map((node) => node.name)])];
  const near = nearName(wrong, names);
  const { place } = wiring.graph;
  return {
    severity: "error",
    message: `${nodeText(shadow)} shadows node "${wrong}", which graph "${wiring.graph.name}" (owner ${wiring.graph.owner}) does not have`,
    primary: nodeParty(shadow, `shadow of "${wrong}"`),
    secondary: [graphParty(wiring.graph, `has no node "${wrong}"`)],
    detail: { expected: "`of` names an active node", found: `"${wrong}"` },
    hint: `${didYouMean(wrong, names)}set \`of\` to a node of the graph`,
    ...(near !== undefined && place !== undefined && { fix: { place, replace: `"${wrong}"`, with: `"${near}"` } }),
  };
}

function* otherSlots(wiring: Wiring, shadow: WiredNode, primaries: readonly WiredNode[]): Iterable<Finding> {
  const compared = new Set<SlotKey>(primaries.flatMap((node) => node.writes));
  const others = shadow.writes.filter((key) => {
    const slot = wiring.slots.get(key);
    // A slot that only the shadow writes and somebody reads is `shadow-not-read`'s to report.
    return !compared.has(key) && !(slot !== undefined && isOnlyShadowed(slot));
  });
  const [primary] = primaries as [WiredNode];
  if (others.length === 0) return;
  yield {
    severity: "error",
    message: `${nodeText(shadow)} writes ${named("slot", others)}, which ${nodeText(primary)} that it shadows does not write`,
    primary: nodeParty(shadow, `writes ${quoted(others)}`),
    secondary: [nodeParty(primary, `writes ${quoted([...compared])}`)],
    detail: { expected: `only ${quoted([...compared])}`, found: quoted(shadow.writes) },
    hint: `let the shadow write ${quoted([...compared])} only, or make it an ordinary node`,
  };
}
