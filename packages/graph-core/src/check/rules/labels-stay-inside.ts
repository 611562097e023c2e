import type { Purpose } from "../../contract/slot.ts";
import type { WiredSlot } from "../../graph/wiring.ts";
import type { Party } from "../diagnostic.ts";
import { type Carried, type LabelSource, labelFlow, ownLabels, wayOf } from "../label-flow.ts";
import {
  type Finding,
  listText,
  nodeParty,
  nodeText,
  type Rule,
  resourceParty,
  resourceText,
  slotParty,
  slotText,
} from "../rule.ts";

/**
 * Personal data does not get into a log or out of the process, except through a node that declassifies it. A value
 * restricted to purposes gets there only into a slot that carries the same restriction on.
 */
export const labelsStayInside: Rule = {
  name: "labels-stay-inside",
  code: "TENON1032",
  *check(wiring) {
    const flow = labelFlow(wiring);
    for (const slot of wiring.slots.values()) {
      const token = slot.tokens.find((each) => each.tags.leaves !== undefined);
      if (token === undefined) continue;
      const { pii, restriction } = flow.arriving(slot.key);
      const personal = pii ?? ownLabels(token).pii;
      if (personal !== undefined) {
        yield leak(slot, personal, { what: "personal data", label: '"pii"', widen: "" });
      }
      const given = token.tags.purpose;
      if (restriction === undefined || given?.every((each) => restriction.allowed.has(each))) continue;
      const purposes = [...restriction.allowed];
      yield leak(slot, restriction, {
        what: `data restricted to ${purposeText(purposes)}`,
        label: purposes.map((purpose) => `"${purpose}"`).join(", "),
        widen: `tag the slot with purpose: [${purposes.map((purpose) => `"${purpose}"`).join(", ")}], or `,
      });
    }
  },
};

interface Leak {
  readonly what: string;
  readonly label: string;
  /** A further way to mend it, in front of the hint. */
  readonly widen: string;
}

function leak(slot: WiredSlot, carried: Carried, { what, label, widen }: Leak): Finding {
  const way = wayOf(carried).toReversed();
  const [writer] = slot.writers;
  const token = slot.tokens.find((each) => each.tags.leaves !== undefined);
  const where = token?.tags.leaves === "log" ? "into a log" : "out of the process";
  const own = carried.source.token === token;
  return {
    severity: "error",
    message: own
      ? `${slotText(slot)} is itself ${what} and leaves ${where}${writer === undefined ? "" : `, written by ${nodeText(writer)}`}`
      : `${what} of ${sourceText(carried.source)} leaves ${where} in ${slotText(slot)}, through ${listText(way.map(nodeText))}`,
    primary:
      writer === undefined
        ? slotParty(slot, `leaves: "${token?.tags.leaves}"`)
        : nodeParty(writer, `writes "${slot.key}", which leaves`),
    secondary: [
      sourceParty(carried.source, what),
      ...way.filter((node) => node !== writer).map((node) => nodeParty(node, "passes it on")),
      slotParty(slot, `leaves: "${token?.tags.leaves}"`),
    ],
    detail: { expected: `a node on the way that declassifies ${label}`, found: "none" },
    hint: `${widen}put a node on the way that drops or aggregates it, with declassifies: { labels: [${label}], reason }`,
  };
}

export function purposeText(purposes: readonly Purpose[]): string {
  return purposes.length === 0 ? "no common purpose" : listText(purposes);
}

export function sourceText(source: LabelSource): string {
  return source.kind === "slot" ? slotText(source.token) : `${resourceText(source.token)}`;
}

export function sourceParty(source: LabelSource, label: string): Party {
  return source.kind === "slot" ? slotParty(source.token, label) : resourceParty(source.token, label);
}
