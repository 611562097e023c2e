import { graphParty, graphText, listText, named, nodeParty, nodeText, type Rule } from "../rule.ts";

/** Where a failing node leaves its slots out, every reader can do without them, the host included. */
export const omitNeedsSoftReaders: Rule = {
  name: "omit-needs-soft-readers",
  code: "TENON1016",
  *check(wiring) {
    for (const node of wiring.nodes) {
      if (node.definition.onFailure !== "omit") continue;
      const slots = node.writes.flatMap((key) => wiring.slots.get(key) ?? []);
      const needing = new Set(
        slots
          .flatMap((slot) =>
            slot.readers.filter(({ as, node: reader }) => as === "reads" && reader.shadowOf === undefined),
          )
          .map((reader) => reader.node),
      );
      const responded = slots.filter((slot) => slot.responded);
      if (needing.size === 0 && responded.length === 0) continue;
      const who = [...[...needing].map(nodeText), ...(responded.length > 0 ? [graphText(wiring.graph)] : [])];
      yield {
        severity: "error",
        message: `${nodeText(node)} leaves out ${named("slot", node.writes)} when it fails, but ${listText(who)} ${who.length === 1 ? "needs" : "need"} it`,
        primary: nodeParty(node, 'onFailure: "omit"'),
        secondary: [
          ...[...needing].map((reader) => nodeParty(reader, "needs it (reads)")),
          ...(responded.length > 0 ? [graphParty(wiring.graph, "responds with it")] : []),
        ],
        detail: { expected: "every reader lists the slot in `soft`", found: `${who.length} need it` },
        hint:
          needing.size > 0
            ? "move the slot to `soft` in the readers and handle undefined there, or give the node a fallback"
            : "give the node a fallback, or respond with the slot of a node that reads it as soft",
      };
    }
  },
};
