import type { Wiring } from "../../graph/wiring.ts";
import { nearName } from "../near-name.ts";
import { graphParty, graphText, type Rule, slotParty, slotText } from "../rule.ts";
import { isWithin, subgraphsOf } from "../wiring-facts.ts";
import { isUnproduced } from "./missing-producer.ts";

/** What a graph responds with, or a subgraph gives out, is produced in it. */
export const respondProduced: Rule = {
  name: "respond-produced",
  code: "TENON1007",
  wholeGraph: true,
  *check(wiring) {
    const { graph, slots } = wiring;
    for (const slot of slots.values()) {
      // With a reader the same gap is `missing-producer`'s to report.
      if (!slot.responded || !isUnproduced(slot) || slot.readers.length > 0) continue;
      const near = nearName(slot.key, writtenKeys(wiring));
      yield {
        severity: "error",
        message: `${graphText(graph)} responds with ${slotText(slot)}, which no node writes`,
        primary: graphParty(graph, `responds with "${slot.key}"`),
        secondary: [slotParty(slot, "written by no node")],
        detail: { expected: `a node that writes "${slot.key}"`, found: "none" },
        hint: `${near === undefined ? "" : `did you mean slot "${near}"? otherwise `}add the node that writes it to \`nodes\`, or remove it from \`respond\``,
      };
    }
    for (const { path, part, out, in: border } of subgraphsOf(wiring)) {
      const passed = new Set(border);
      for (const [index, key] of out.entries()) {
        const slot = slots.get(key);
        if (passed.has(key) || slot?.writers.some((writer) => isWithin(writer, path))) continue;
        // Missing altogether and wanted outside: the reader is told by `missing-producer`, the host above.
        if (slot !== undefined && isUnproduced(slot) && (slot.readers.length > 0 || slot.responded)) continue;
        const token = part.out[index];
        yield {
          severity: "error",
          message: `subgraph "${path}" (owner ${part.owner}) gives out slot "${key}" (owner ${token?.owner ?? "unknown"}), which no node in it writes`,
          primary: { kind: "graph", name: path, owner: part.owner, place: part.place, label: `gives out "${key}"` },
          secondary: [
            ...(token === undefined ? [] : [slotParty(token, "written by no node inside")]),
            graphParty(graph),
          ],
          detail: { expected: `a node in "${path}" that writes "${key}"`, found: "none" },
          hint: "add the node that writes it to the subgraph, or remove it from `out`",
        };
      }
    }
  },
};

function* writtenKeys(wiring: Wiring): Iterable<string> {
  for (const slot of wiring.slots.values()) if (slot.writers.length > 0) yield slot.key;
}
