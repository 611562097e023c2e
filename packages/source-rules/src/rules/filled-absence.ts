import type { Party } from "@tenon/graph-core";
import type { AnyNode, CallExpression, Node } from "acorn";
import type { Report, SourceRule } from "../finding.ts";
import { slotNameOf } from "../flow/origin.ts";
import type { ParsedSource } from "../syntax/parse-source.ts";
import { keyName, nodesIn } from "../syntax/walk.ts";
import { type Fill, FillFinder } from "./fill-finder.ts";
import { slotParty } from "./support.ts";

const SETTERS = new Set(["setScalar", "setColumn"]);

/**
 * A number in the place of a value that is not there looks measured: the model learns from it, and no monitor sees the
 * store that stopped answering. Absence has a status, and the default is the schema's to choose.
 */
export const filledAbsence: SourceRule = {
  name: "filled-absence",
  code: "TENON1920",
  arguable: true,
  *find(source): Iterable<Report> {
    const finder = new FillFinder(source);
    for (const node of nodesIn(source.program)) {
      const feature = node.type === "CallExpression" ? featureSetBy(node, source) : undefined;
      if (feature === undefined) continue;
      for (const fill of finder.fillsIn(feature.value)) yield reportOf(source, feature.name, fill);
    }
  },
};

function reportOf(source: ParsedSource, feature: string, { at, missing, filler }: Fill): Report {
  return {
    at: at.start,
    does: `fills the missing value of feature "${feature}" with ${source.textOf(filler)}`,
    other: partyOf(source, feature, missing),
    detail: {
      expected: "no value, and a status that says why",
      found: source.textOf(at).split("\n", 1)[0] ?? "",
    },
    hint: "pass undefined (in a column NaN) and let the schema's nullPolicy choose the default, or say why with the status",
  };
}

/** The slot or resource that has no value, where the text shows it; else the feature that loses its status. */
function partyOf(source: ParsedSource, feature: string, missing: Node | undefined): Party {
  const origin = missing === undefined ? undefined : source.flow.originOf(missing);
  if (origin === undefined || slotNameOf(origin) === undefined)
    return { kind: "feature", name: feature, label: "is scored and logged with status ok" };
  return { ...slotParty(source, origin), label: "is where the value is missing" };
}

/** What a call sets a feature to, where it does not say itself what became of the value. */
function featureSetBy(
  { callee, arguments: given }: CallExpression,
  source: ParsedSource,
): { readonly name: string; readonly value: AnyNode } | undefined {
  if (callee.type !== "MemberExpression") return undefined;
  if (!SETTERS.has(keyName(callee.property, callee.computed) ?? "")) return undefined;
  const [name, value, status] = given;
  if (name === undefined || value === undefined || value.type === "SpreadElement") return undefined;
  const saysStatus = status !== undefined && keyName(status, true) !== "ok";
  return saysStatus ? undefined : { name: keyName(name, true) ?? source.textOf(name), value };
}
