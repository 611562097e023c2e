import type { SlotKey, WiredSlot, Wiring } from "../../graph/wiring.ts";
import { nearName } from "../near-name.ts";
import { graphParty, nodeParty, nodeText, type Rule, slotParty, slotText } from "../rule.ts";

/** Every slot that a node reads, required or soft, is given by the request or written by a node. */
export const missingProducer: Rule = {
  name: "missing-producer",
  code: "TENON1003",
  wholeGraph: true,
  *check(wiring) {
    for (const slot of wiring.slots.values()) {
      if (!isUnproduced(slot)) continue;
      const [first, ...others] = slot.readers;
      if (first === undefined) continue;
      const who = others.length === 0 ? "reads" : `and ${others.length} more read`;
      yield {
        severity: "error",
        message: `no node writes ${slotText(slot)}, which ${nodeText(first.node)} ${who}`,
        primary: nodeParty(first.node, `reads "${slot.key}"`),
        secondary: [
          slotParty(slot, "written by no node"),
          ...others.map((reader) => nodeParty(reader.node, "reads it too")),
          ...(slot.responded ? [graphParty(wiring.graph, "responds with it")] : []),
        ],
        detail: { expected: `a node that writes "${slot.key}", or a place in request`, found: "neither" },
        hint: hintFor(slot, wiring),
      };
    }
  },
};

/** A slot that only a shadow writes is `shadow-not-read`'s to report. */
export function isUnproduced(slot: WiredSlot): boolean {
  return !slot.requested && slot.writers.length === 0 && slot.shadowWriters.length === 0;
}

function hintFor(slot: WiredSlot, wiring: Wiring): string {
  const end = slot.key.lastIndexOf("/");
  const path = end < 0 ? "" : slot.key.slice(0, end);
  const outer = outerKeyOf(slot, path, wiring);
  if (outer !== undefined) return `list the slot in \`in\` of subgraph "${path}": outside it is "${outer}"`;
  const near = nearName(slot.key, producedNear(slot.key, wiring));
  const edit = "add the node that writes it to `nodes`, list the slot in `request`, or remove the read";
  return near === undefined ? edit : `did you mean slot "${near}"? otherwise ${edit}`;
}

/** The same token one or more scopes further out, where a subgraph forgot to list it. */
function outerKeyOf(slot: WiredSlot, path: string, wiring: Wiring): SlotKey | undefined {
  const name = slot.tokens[0]?.name ?? slot.key;
  for (let scope = path; scope !== ""; ) {
    const end = scope.lastIndexOf("/");
    scope = end < 0 ? "" : scope.slice(0, end);
    const key = scope === "" ? name : `${scope}/${name}`;
    const outer = wiring.slots.get(key);
    if (outer !== undefined && !isUnproduced(outer)) return key;
  }
  return undefined;
}

function* producedNear(key: SlotKey, wiring: Wiring): Iterable<SlotKey> {
  for (const slot of wiring.slots.values()) if (slot.key !== key && !isUnproduced(slot)) yield slot.key;
}
