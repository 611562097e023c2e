import type { MergePolicy } from "../../contract/node.ts";
import { batchesRead } from "../batch-lineage.ts";
import { listText, nodeParty, nodeText, type Rule, slotParty, slotText } from "../rule.ts";
import { isBatch } from "../slot-facts.ts";

const POLICIES: Readonly<Record<MergePolicy["policy"], true>> = {
  concat: true,
  unionById: true,
  firstPresent: true,
  latestByEventTime: true,
};
const TIE_BREAKS: Readonly<Record<MergePolicy["tieBreak"], true>> = { id: true, graphPosition: true };

/** A node that makes one batch of several names its policy, and what ends a tie: never the order of arrival. */
export const orderedMerge: Rule = {
  name: "ordered-merge",
  code: "TENON1030",
  *check(wiring) {
    for (const node of [...wiring.nodes, ...wiring.shadows]) {
      const { kind, merges, writes } = node.definition;
      const sources = batchesRead(node);
      const unsaid = merges === undefined && kind !== "filter" && sources.length > 1 && writes.some(isBatch);
      const wrong = merges === undefined ? undefined : wrongPart(merges);
      if (!unsaid && wrong === undefined) continue;
      yield {
        severity: "error",
        message: unsaid
          ? `${nodeText(node)} makes one batch of ${listText(sources.map(slotText))}, and does not say how they are merged`
          : `${nodeText(node)} merges ${listText(sources.map(slotText))} ${wrong?.text}`,
        primary: nodeParty(node, unsaid ? "no `merges`" : wrong?.text),
        secondary: sources.map((source) => slotParty(source, "a source")),
        detail: { expected: wrong?.expected ?? "merges: { policy, tieBreak }", found: wrong?.found ?? "none" },
        hint: 'declare e.g. merges: { policy: "concat", tieBreak: "graphPosition" }: completion order is never a policy',
      };
    }
  },
};

interface WrongPart {
  readonly text: string;
  readonly expected: string;
  readonly found: string;
}

/** For untyped callers: a policy or tie-break that is not one. */
function wrongPart({ policy, tieBreak }: MergePolicy): WrongPart | undefined {
  if (!Object.hasOwn(POLICIES, policy)) {
    return {
      text: `by "${policy}", which is no merge policy`,
      expected: Object.keys(POLICIES).join(", "),
      found: `"${policy}"`,
    };
  }
  if (Object.hasOwn(TIE_BREAKS, tieBreak)) return undefined;
  const found = tieBreak === undefined ? "none" : `"${tieBreak}"`;
  return { text: "without an end to ties", expected: `tieBreak: ${Object.keys(TIE_BREAKS).join(" or ")}`, found };
}
