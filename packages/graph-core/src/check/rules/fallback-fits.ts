import type { WiredNode } from "../../graph/wiring.ts";
import { compiledSlot, schemaProblems } from "../../schema/compile-schema.ts";
import { FeatureSnapshot } from "../../values/feature-snapshot.ts";
import { didYouMean } from "../near-name.ts";
import { type Finding, nodeParty, nodeText, quoted, type Rule, slotParty, slotText } from "../rule.ts";

/** A fallback is what the node could have written: every slot, of its schema, and not passed off as measured. */
export const fallbackFits: Rule = {
  name: "fallback-fits",
  code: "TENON1020",
  *check(wiring) {
    for (const node of [...wiring.nodes, ...wiring.shadows]) {
      const { onFailure, kind } = node.definition;
      // A filter's fallback is one verdict for every candidate, made by `filter()`.
      if (typeof onFailure !== "object" || onFailure === null || kind === "filter") continue;
      yield* misfits(node, onFailure.fallback);
    }
  },
};

function* misfits(node: WiredNode, fallback: Readonly<Record<string, unknown>>): Iterable<Finding> {
  const names = node.definition.writes.map((token) => token.name);
  const written = new Set(names);
  for (const token of node.definition.writes) {
    if (schemaProblems(token.schema).length > 0) continue;
    const value = fallback[token.name];
    const failure = compiledSlot(token).check(value);
    const passesAsReal = failure === undefined && value instanceof FeatureSnapshot && holdsOk(value);
    if (failure === undefined && !passesAsReal) continue;
    const where = failure === undefined || failure.path === "" ? "" : ` at "${failure.path}"`;
    const [expected, found] =
      failure === undefined
        ? ["features of status default, missing or timeout", "features of status ok"]
        : [failure.expected, failure.found];
    yield {
      severity: "error",
      message: `the fallback of ${nodeText(node)} does not fit ${slotText(token)}${where}: expected ${expected}, found ${found}`,
      primary: nodeParty(node, "onFailure: { fallback }"),
      secondary: [slotParty(token, "must be fitted")],
      detail: { expected, found },
      hint: passesAsReal
        ? "build the fallback snapshot without values: absent features then carry their status"
        : `give the fallback a value of the slot's schema, as \`run\` must`,
    };
  }
  for (const name of Object.keys(fallback)) {
    if (written.has(name)) continue;
    yield {
      severity: "error",
      message: `the fallback of ${nodeText(node)} gives slot "${name}", which the node does not write`,
      primary: nodeParty(node, "onFailure: { fallback }"),
      secondary: node.definition.writes.map((token) => slotParty(token, "is written")),
      detail: { expected: `only ${quoted(names)}`, found: `"${name}"` },
      hint: `${didYouMean(name, names)}remove it from the fallback, or add the slot to \`writes\``,
    };
  }
}

function holdsOk(snapshot: FeatureSnapshot): boolean {
  for (const name of snapshot.schema.names) {
    for (let row = 0; row < snapshot.rowCount; row += 1) if (snapshot.statusAt(name, row) === "ok") return true;
  }
  return false;
}
