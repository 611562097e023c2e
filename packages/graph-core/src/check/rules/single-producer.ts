import type { WiredNode } from "../../graph/wiring.ts";
import { listText, nodeParty, nodeText, type Rule, slotParty, slotText } from "../rule.ts";
import { writersInsideOf } from "./request-slot-written.ts";

/** A slot has one producer, so nobody can overwrite what another node wrote. */
export const singleProducer: Rule = {
  name: "single-producer",
  code: "TENON1004",
  *check(wiring) {
    for (const slot of wiring.slots.values()) {
      // A request slot that is written is `request-slot-written`'s to report, whoever writes it.
      if (slot.requested || slot.writers.length < 2) continue;
      const inside = writersInsideOf(wiring).get(slot.key);
      const writers = inside === undefined ? slot.writers : slot.writers.filter((writer) => !inside.has(writer));
      const [first, ...others] = writers;
      const last = others.at(-1);
      if (first === undefined || last === undefined) continue;
      yield {
        severity: "error",
        message: `${countText(writers.length)} write ${slotText(slot)}: ${writersText(writers)}`,
        primary: nodeParty(last, `writes "${slot.key}"`),
        secondary: [
          ...[first, ...others.slice(0, -1)].map((writer) => nodeParty(writer, "writes it too")),
          slotParty(slot, "may have one producer"),
        ],
        detail: { expected: "one producer", found: `${writers.length} producers` },
        hint: "give each node a slot of its own and read both in a merge node, e.g. policy concat, or remove one",
      };
    }
  },
};

function countText(count: number): string {
  return count === 2 ? "two nodes" : `${count} nodes`;
}

function writersText(writers: readonly WiredNode[]): string {
  return listText(writers.map(nodeText));
}
