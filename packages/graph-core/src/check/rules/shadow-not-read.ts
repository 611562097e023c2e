import type { WiredSlot } from "../../graph/wiring.ts";
import { graphParty, graphText, nodeParty, nodeText, type Rule, slotParty, slotText } from "../rule.ts";

/** What a shadow computes is compared, never used: a slot that only a shadow writes has no readers. */
export const shadowNotRead: Rule = {
  name: "shadow-not-read",
  code: "TENON1014",
  *check(wiring) {
    for (const slot of wiring.slots.values()) {
      const [shadow] = slot.shadowWriters;
      if (shadow === undefined || !isOnlyShadowed(slot)) continue;
      const [reader, ...others] = slot.readers;
      const who = reader === undefined ? `${graphText(wiring.graph)} responds with` : `${nodeText(reader.node)} reads`;
      yield {
        severity: "error",
        message: `${who} ${slotText(slot)}, which only ${nodeText(shadow)} writes`,
        primary:
          reader === undefined ? graphParty(wiring.graph, "responds with it") : nodeParty(reader.node, "reads it"),
        secondary: [
          nodeParty(shadow, "writes it beside the run, for comparison"),
          slotParty(slot),
          ...others.map((other) => nodeParty(other.node, "reads it too")),
        ],
        detail: { expected: "an active node that writes the slot", found: "a shadow" },
        hint: `move "${shadow.name}" from \`shadows\` to \`nodes\`, or read the slot of node "${shadow.shadowOf}" that it shadows`,
      };
    }
  },
};

/** Read or responded, but written by shadows alone. */
export function isOnlyShadowed(slot: WiredSlot): boolean {
  if (slot.requested || slot.writers.length > 0 || slot.shadowWriters.length === 0) return false;
  return slot.readers.length > 0 || slot.responded;
}
