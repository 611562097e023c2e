import type { AnySlot } from "../../contract/slot.ts";
import type { SlotKey, WiredNode, WiredSlot, Wiring } from "../../graph/wiring.ts";
import { type Finding, graphParty, nodeParty, nodeText, type Rule, slotParty, slotText } from "../rule.ts";

/**
 * A value that presupposes another is made from it: its producer reads the other slot, directly or through other nodes,
 * and never softly. So an offset cannot be confirmed before its effect, nor a manifest written without its watermark.
 * Linear for each slot that is followed at a distance.
 */
export const follows: Rule = {
  name: "follows",
  code: "TENON1035",
  wholeGraph: true,
  *check(wiring) {
    const reached = new Map<SlotKey, Reach>();
    for (const slot of wiring.slots.values()) {
      for (const token of slot.tokens) {
        for (const basis of token.tags.follows ?? []) {
          for (const writer of slot.writers) {
            const key = keySeenFrom(writer.subgraph, basis, wiring);
            // Mostly the producer reads it itself; only at a distance the way has to be walked.
            if (key !== undefined && writer.reads.includes(key)) continue;
            const reach = key === undefined ? NOTHING : (reached.get(key) ?? reachOf(wiring, key));
            if (key !== undefined) reached.set(key, reach);
            if (reach.surely.has(writer)) continue;
            yield finding(wiring, slot, writer, basis, reach.perhaps.has(writer));
          }
        }
      }
    }
  },
};

interface Reach {
  /** Nodes that cannot run without the slot. */
  readonly surely: ReadonlySet<WiredNode>;
  /** Nodes that it may reach, through soft reads too. */
  readonly perhaps: ReadonlySet<WiredNode>;
}

const NOTHING: Reach = { surely: new Set(), perhaps: new Set() };

/** The key of a slot as it is seen in a subgraph (`""` at the top): its own slot, or one of a scope around it. */
export function keySeenFrom(subgraph: string, token: AnySlot, wiring: Wiring): SlotKey | undefined {
  for (let path = subgraph; ; path = path.slice(0, Math.max(0, path.lastIndexOf("/")))) {
    const key = path === "" ? token.name : `${path}/${token.name}`;
    if (wiring.slots.has(key)) return key;
    if (path === "") return undefined;
  }
}

function reachOf(wiring: Wiring, key: SlotKey): Reach {
  return { surely: downstream(wiring, key, false), perhaps: downstream(wiring, key, true) };
}

function downstream(wiring: Wiring, start: SlotKey, soft: boolean): ReadonlySet<WiredNode> {
  const nodes = new Set<WiredNode>();
  const open = [start];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    for (const { node, as } of wiring.slots.get(key)?.readers ?? []) {
      if ((as === "soft" && !soft) || nodes.has(node) || node.shadowOf !== undefined) continue;
      nodes.add(node);
      open.push(...node.writes);
    }
  }
  return nodes;
}

function finding(wiring: Wiring, slot: WiredSlot, writer: WiredNode, basis: AnySlot, softly: boolean): Finding {
  const key = keySeenFrom(writer.subgraph, basis, wiring);
  const producer = key === undefined ? undefined : wiring.slots.get(key)?.writers[0];
  const made = producer === undefined ? "" : `, written by ${nodeText(producer)}`;
  return {
    severity: "error",
    message: `${nodeText(writer)} writes ${slotText(slot)} ${softly ? "also without" : "without reading"} ${slotText(basis)}${made}, which it must follow`,
    primary: nodeParty(writer, `writes "${slot.key}"`),
    secondary: [
      slotParty(slot, `follows "${basis.name}"`),
      slotParty(basis, "must come first"),
      producer === undefined ? graphParty(wiring.graph) : nodeParty(producer, `writes "${basis.name}"`),
    ],
    detail: {
      expected: `"${basis.name}" among what "${writer.name}" needs`,
      found: softly ? "a soft read" : "no path",
    },
    hint: `let node "${writer.name}" read "${basis.name}"${softly ? " in `reads`, not in `soft`" : ", or a slot made from it"}`,
  };
}
