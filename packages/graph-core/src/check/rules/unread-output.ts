import { nodeParty, nodeText, type Rule, slotParty, slotText } from "../rule.ts";
import { deadNodes, isKept } from "../wiring-facts.ts";

/** A slot that a useful node writes beside others is read by somebody, or kept for a stated reason. */
export const unreadOutput: Rule = {
  name: "unread-output",
  code: "TENON1010",
  wholeGraph: true,
  *check(wiring) {
    const dead = deadNodes(wiring);
    for (const slot of wiring.slots.values()) {
      const [writer] = slot.writers;
      // A dead node's slots are part of the same mistake, which `dead-node` reports.
      if (writer === undefined || dead.has(writer)) continue;
      if (slot.readers.length > 0 || slot.responded || slot.requested || isKept(slot)) continue;
      const leaves = slot.tokens.find((token) => token.tags.leaves !== undefined)?.tags.leaves;
      yield {
        severity: "warning",
        message: `nothing reads ${slotText(slot)}, which ${nodeText(writer)} writes`,
        primary: slotParty(slot, "read by nothing"),
        secondary: [nodeParty(writer, "writes it")],
        detail: { expected: "a reader, a place in respond, or keptFor on the slot", found: "none of them" },
        hint:
          leaves === undefined
            ? "remove the output, read it, or mark the slot with `keptFor` and the reason"
            : `list it in \`respond\`: only then does the host take it to where it leaves (${leaves})`,
      };
    }
  },
};
