import type { SlotKey, WiredNode, Wiring } from "../../graph/wiring.ts";
import { graphParty, graphText, listText, nodeParty, nodeText, type Rule, slotParty, slotText } from "../rule.ts";
import { isWithin, subgraphsOf } from "../wiring-facts.ts";

/** What comes in from outside, into a graph or a subgraph, is written by nobody inside. */
export const requestSlotWritten: Rule = {
  name: "request-slot-written",
  code: "TENON1005",
  *check(wiring) {
    for (const slot of wiring.slots.values()) {
      const [writer, ...others] = slot.writers;
      if (!slot.requested || writer === undefined) continue;
      const writers = listText([writer, ...others].map(nodeText));
      yield {
        severity: "error",
        message: `${slotText(slot)} is a request slot of ${graphText(wiring.graph)}, but ${writers} ${others.length === 0 ? "writes" : "write"} it`,
        primary: nodeParty(writer, `writes "${slot.key}"`),
        secondary: [
          graphParty(wiring.graph, "gets it with the request"),
          slotParty(slot),
          ...others.map((other) => nodeParty(other, "writes it too")),
        ],
        detail: { expected: "no node writes a request slot", found: `${slot.writers.length} do` },
        hint: "write a new slot, e.g. the normalised request, and let later nodes read that one",
      };
    }
    for (const [key, writers] of writersInsideOf(wiring)) {
      const slot = wiring.slots.get(key);
      for (const [writer, path] of writers) {
        if (slot === undefined || slot.requested) continue;
        yield {
          severity: "error",
          message: `${slotText(slot)} comes into subgraph "${path}" from outside, but ${nodeText(writer)} in it writes it`,
          primary: nodeParty(writer, `writes "${key}"`),
          secondary: [slotParty(slot, `listed in \`in\` of subgraph "${path}"`), graphParty(wiring.graph)],
          detail: { expected: `no node of subgraph "${path}" writes its \`in\` slots`, found: `"${writer.name}" does` },
          hint: "write a new slot inside the subgraph, or move the slot from `in` to `out`",
        };
      }
    }
  },
};

const known = new WeakMap<Wiring, ReadonlyMap<SlotKey, ReadonlyMap<WiredNode, string>>>();

/** Slot → nodes that write it inside a subgraph that lists it in `in`, with the subgraph's path. */
export function writersInsideOf(wiring: Wiring): ReadonlyMap<SlotKey, ReadonlyMap<WiredNode, string>> {
  let inside = known.get(wiring) as Map<SlotKey, Map<WiredNode, string>> | undefined;
  if (inside !== undefined) return inside;
  inside = new Map();
  for (const { path, in: keys } of subgraphsOf(wiring)) {
    for (const key of keys) {
      for (const writer of wiring.slots.get(key)?.writers ?? []) {
        if (!isWithin(writer, path)) continue;
        const writers = inside.get(key) ?? new Map<WiredNode, string>();
        inside.set(key, writers.set(writer, path));
      }
    }
  }
  known.set(wiring, inside);
  return inside;
}
