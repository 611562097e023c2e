import type { ReadKind, WiredNode, Wiring } from "../../graph/wiring.ts";
import { findCycles } from "../find-cycles.ts";
import { type Finding, nodeParty, nodeText, type Rule, slotParty } from "../rule.ts";

/** No node waits for itself. A soft or conditional read waits like any other, so it closes a circle too. */
export const acyclic: Rule = {
  name: "acyclic",
  code: "TENON1008",
  *check(wiring) {
    const position = new Map(wiring.nodes.map((node, index) => [node, index]));
    const { cycles, more } = findCycles(
      wiring.nodes.map((node) =>
        readersOf(wiring, node).flatMap((reader) => {
          const index = position.get(reader.node);
          return index === undefined ? [] : [index];
        }),
      ),
    );
    for (const [index, cycle] of cycles.entries()) {
      const rest = more && index === cycles.length - 1;
      yield cycleFinding(
        wiring,
        cycle.map((at) => wiring.nodes[at] as WiredNode),
        rest,
      );
    }
  },
};

interface Reading {
  readonly key: string;
  readonly node: WiredNode;
  readonly as: ReadKind;
}

function readersOf(wiring: Wiring, node: WiredNode): readonly Reading[] {
  return node.writes.flatMap((key) => (wiring.slots.get(key)?.readers ?? []).map((reader) => ({ key, ...reader })));
}

const HOW: Readonly<Record<ReadKind, string>> = { reads: "", soft: " (soft)", when: " (condition)" };

function cycleFinding(wiring: Wiring, nodes: readonly WiredNode[], more: boolean): Finding {
  const steps = nodes.map((node, index) => {
    const next = nodes[(index + 1) % nodes.length] as WiredNode;
    return readersOf(wiring, node).find((reading) => reading.node === next) as Reading;
  });
  const path = nodes.map((node, index) => {
    const step = steps[index] as Reading;
    return `${nodeText(node)} → slot "${step.key}"${HOW[step.as]}`;
  });
  const [first] = nodes as [WiredNode];
  const closing = steps.at(-1) as Reading;
  const slot = wiring.slots.get(closing.key);
  const alone = nodes.length === 1;
  return {
    severity: "error",
    message: `${alone ? "a node waits for itself" : `${nodes.length} nodes wait for each other`}: ${path.join(" → ")} → node "${first.name}"`,
    primary: nodeParty(first, `waits for "${closing.key}"${HOW[closing.as]}`),
    secondary: [
      ...nodes
        .slice(1)
        .map((node, index) => nodeParty(node, `waits for "${steps[index]?.key}"${HOW[steps[index]?.as ?? "reads"]}`)),
      ...(slot === undefined ? [] : [slotParty(slot, "closes the circle")]),
    ],
    detail: { expected: "every node can start after its producers", found: `a circle of ${nodes.length}` },
    hint: `${closing.as === "soft" ? "a soft read waits for its producer too; " : ""}let node "${first.name}" read an earlier slot than "${closing.key}", or split the node that both produces and needs it${more ? "; further circles are shown once these are gone" : ""}`,
  };
}
