import type { WiredNode } from "../../graph/wiring.ts";
import { graphParty, graphText, named, nodeParty, nodeText, type Rule } from "../rule.ts";
import { deadNodes, producersOf } from "../wiring-facts.ts";

/**
 * Every node has an effect on what the graph responds with. One finding for the last node of a dead line; the nodes that
 * work only for it are named with it.
 */
export const deadNode: Rule = {
  name: "dead-node",
  code: "TENON1009",
  wholeGraph: true,
  *check(wiring) {
    const dead = deadNodes(wiring);
    const blamed = new Set<WiredNode>();
    for (const node of dead) {
      const read = node.writes.some((key) => (wiring.slots.get(key)?.readers.length ?? 0) > 0);
      if (read || blamed.has(node)) continue;
      blamed.add(node);
      const helpers: WiredNode[] = [];
      const open = [node];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        for (const producer of producersOf(wiring, next)) {
          if (!dead.has(producer) || blamed.has(producer)) continue;
          blamed.add(producer);
          helpers.push(producer);
          open.push(producer);
        }
      }
      const what = node.writes.length === 0 ? "it writes no slot" : `nothing reads ${named("slot", node.writes)}`;
      yield {
        severity: "error",
        message: `${nodeText(node)} has no effect on ${graphText(wiring.graph)}: ${what}`,
        primary: nodeParty(node, what),
        secondary: [
          graphParty(wiring.graph, "does not respond with it"),
          ...helpers.map((helper) => nodeParty(helper, "works only for it")),
        ],
        detail: { expected: "a reader, a place in respond, or keptFor on the slot", found: "none of them" },
        hint: "list its slot in `respond`, read it in a later node, mark the slot with `keptFor`, or remove the node",
      };
    }
  },
};
