import { batchesRead } from "../batch-lineage.ts";
import { listText, nodeParty, nodeText, type Rule, slotParty, slotText } from "../rule.ts";
import { isBatch } from "../slot-facts.ts";

/**
 * A node that reads candidates and writes candidates says in which order: that of the batch it reads, or a total one
 * that ends in the id. Candidates with equal keys would otherwise keep the order in which retrieval found them.
 */
export const totalOrder: Rule = {
  name: "total-order",
  code: "TENON1031",
  *check(wiring) {
    for (const node of [...wiring.nodes, ...wiring.shadows]) {
      const { kind, merges, orders, writes } = node.definition;
      const ordered = writes.filter(isBatch);
      const read = batchesRead(node);
      // Filters keep the order; how several batches are put together is `ordered-merge`'s to ask.
      const unsaid =
        orders === undefined && kind === "node" && merges === undefined && read.length === 1 && ordered.length > 0;
      const open = orders !== undefined && orders !== "asRead" && orders.tieBreak !== "id";
      if (!unsaid && !open) continue;
      const from = read.length === 0 ? "" : ` from ${listText(read.map(slotText))}`;
      yield {
        severity: "error",
        message: `${nodeText(node)} orders ${listText(ordered.map(slotText))}${from} ${unsaid ? "without saying how" : "and leaves ties open"}`,
        primary: nodeParty(node, unsaid ? "no `orders`" : "no tie-break by id"),
        secondary: [
          ...ordered.map((slot) => slotParty(slot, "is ordered")),
          ...read.map((slot) => slotParty(slot, "is read")),
        ],
        detail: { expected: 'orders: "asRead", or { by, tieBreak: "id" }', found: unsaid ? "none" : "no tieBreak" },
        hint: 'declare orders: { by: ["score, descending"], tieBreak: "id" } and compare ids last, or "asRead"',
      };
    }
  },
};
