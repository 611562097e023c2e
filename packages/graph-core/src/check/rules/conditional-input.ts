import type { SlotKey, WiredNode, Wiring } from "../../graph/wiring.ts";
import { type Finding, graphParty, graphText, nodeParty, nodeText, type Rule, slotText } from "../rule.ts";

/**
 * A required slot is there whenever its reader runs. A slot whose producer runs under a condition is required only by
 * nodes that run under the same one, or under one that is itself decided under it.
 */
export const conditionalInput: Rule = {
  name: "conditional-input",
  code: "TENON1017",
  *check(wiring) {
    if (!wiring.nodes.some((node) => node.when !== undefined)) return;
    const implies = conditionOrder(wiring);
    for (const slot of wiring.slots.values()) {
      const [producer, second] = slot.writers;
      if (producer?.when === undefined || second !== undefined) continue;
      const condition = producer.when;
      const needing = slot.readers.filter(
        ({ node, as }) => as === "reads" && node.shadowOf === undefined && !implies(node.when, condition),
      );
      if (needing.length === 0 && !slot.responded) continue;
      yield finding(wiring, slot.key, producer, [...new Set(needing.map((reader) => reader.node))]);
    }
  },
};

function finding(wiring: Wiring, key: SlotKey, producer: WiredNode, needing: readonly WiredNode[]): Finding {
  const slot = wiring.slots.get(key);
  const responded = slot?.responded ?? false;
  const [reader, ...others] = needing;
  const who = reader === undefined ? `${graphText(wiring.graph)} responds with it` : `${nodeText(reader)} needs it`;
  const when = reader === undefined ? "always" : reader.when === undefined ? "always" : `when "${reader.when}"`;
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  return {
    severity: "error",
    message: `${slot === undefined ? `slot "${key}"` : slotText(slot)} is there only when "${producer.when}", because ${nodeText(producer)} runs then, but ${who} ${when}${more}`,
    primary: reader === undefined ? graphParty(wiring.graph, "responds with it") : nodeParty(reader, `needs "${key}"`),
    secondary: [
      nodeParty(producer, `writes it when "${producer.when}"`),
      ...others.map((other) => nodeParty(other, "needs it too")),
      ...(reader !== undefined && responded ? [graphParty(wiring.graph, "responds with it")] : []),
    ],
    detail: { expected: `a reader under "${producer.when}", or a soft one`, found: `required ${when}` },
    hint:
      reader === undefined
        ? "respond with the slot of an unconditional node that reads this one as soft"
        : `move the slot to \`soft\` in node "${reader.name}" and handle undefined, or set \`when\` of that node to the same slot`,
  };
}

/**
 * Whether one condition being true implies that another is: a condition slot whose producer runs under a condition is
 * absent, so not true, without it. The conditions form a forest; numbering it once answers each question in one step.
 */
function conditionOrder(wiring: Wiring): (inner: SlotKey | undefined, outer: SlotKey) => boolean {
  const under = new Map<SlotKey, SlotKey[]>();
  const roots: SlotKey[] = [];
  const conditions = new Set(wiring.nodes.flatMap((node) => node.when ?? []));
  for (const key of conditions) {
    const outer = wiring.slots.get(key)?.writers[0]?.when;
    const siblings = outer === undefined ? roots : under.get(outer);
    if (siblings !== undefined) siblings.push(key);
    else if (outer !== undefined) under.set(outer, [key]);
  }
  const first = new Map<SlotKey, number>();
  const last = new Map<SlotKey, number>();
  let count = 0;
  for (const root of roots) {
    const path: { key: SlotKey; child: number }[] = [{ key: root, child: 0 }];
    first.set(root, count++);
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const child = under.get(step.key)?.[step.child];
      if (child === undefined) {
        last.set(step.key, count++);
        path.pop();
        continue;
      }
      step.child += 1;
      first.set(child, count++);
      path.push({ key: child, child: 0 });
    }
  }
  return (inner, outer) => {
    if (inner === undefined) return false;
    if (inner === outer) return true;
    const [innerFirst, outerFirst, outerLast] = [first.get(inner), first.get(outer), last.get(outer)];
    if (innerFirst === undefined || outerFirst === undefined || outerLast === undefined) return false;
    return outerFirst < innerFirst && innerFirst < outerLast;
  };
}
