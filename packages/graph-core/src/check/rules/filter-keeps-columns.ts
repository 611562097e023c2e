import type { AnySlot } from "../../contract/slot.ts";
import type { WiredNode } from "../../graph/wiring.ts";
import { type Finding, nodeParty, nodeText, type Rule, slotParty, slotText } from "../rule.ts";
import { type BatchColumns, batchColumnsOf } from "../slot-facts.ts";

/** A filter drops rows and nothing else: the kept batch has exactly the columns of the batch it judges. */
export const filterKeepsColumns: Rule = {
  name: "filter-keeps-columns",
  code: "TENON1021",
  *check(wiring) {
    for (const node of [...wiring.nodes, ...wiring.shadows]) {
      const { kind, of, writes } = node.definition;
      if (kind !== "filter" || of === undefined) continue;
      for (const token of [of, ...writes]) {
        if (batchColumnsOf(token) === undefined) yield noBatch(node, token);
      }
      const judged = batchColumnsOf(of);
      for (const kept of writes) {
        const columns = batchColumnsOf(kept);
        if (judged === undefined || columns === undefined) continue;
        const difference = differenceOf(judged, columns);
        if (difference !== undefined) yield otherColumns(node, of, kept, difference);
      }
    }
  },
};

function noBatch(node: WiredNode, token: AnySlot): Finding {
  return {
    severity: "error",
    message: `filter ${nodeText(node)} works on ${slotText(token)}, which holds no candidate batch`,
    primary: nodeParty(node, "filters candidates"),
    secondary: [slotParty(token, "holds something else")],
    detail: { expected: "a slot of candidateBatchSchema", found: "another value" },
    hint: "give the slot a candidateBatchSchema, or make the node a plain node()",
  };
}

function otherColumns(node: WiredNode, of: AnySlot, kept: AnySlot, difference: string): Finding {
  return {
    severity: "error",
    message: `${slotText(kept)}, kept by filter ${nodeText(node)}, ${difference} ${slotText(of)}`,
    primary: nodeParty(node, "keeps rows as they are"),
    secondary: [slotParty(of, "is judged"), slotParty(kept, "receives the kept rows")],
    detail: { expected: columnsText(of), found: columnsText(kept) },
    hint: "declare the same columns on both slots; add a column in a map, and read it beside the batch",
  };
}

function columnsText(slot: AnySlot): string {
  const columns = Object.entries(batchColumnsOf(slot) ?? {}).map(([name, column]) => `${name}: ${column.type}`);
  return `{ ${columns.sort().join(", ")} }`;
}

function differenceOf(judged: BatchColumns, kept: BatchColumns): string | undefined {
  for (const [name, column] of Object.entries(kept)) {
    const was = judged[name];
    if (was === undefined) return `has column "${name}", which is not in`;
    if (was.type !== column.type) return `has column "${name}" as ${column.type}, which is ${was.type} in`;
    if (was.dictionary?.fingerprint !== column.dictionary?.fingerprint) {
      return `has column "${name}" with another dictionary than`;
    }
  }
  const lost = Object.keys(judged).find((name) => !(name in kept));
  return lost === undefined ? undefined : `lacks column "${lost}" of`;
}
