import type { AnyNode } from "acorn";
import type { Report, SourceRule } from "../finding.ts";
import { globalPathOf } from "../syntax/global-path.ts";
import type { ParsedSource } from "../syntax/parse-source.ts";
import { keyName, nodesIn } from "../syntax/walk.ts";

const ROUNDINGS = new Set(["Math.round", "Math.floor", "Math.ceil", "Math.trunc", "parseInt", "Number.parseInt"]);
const TRUNCATING_OPERATORS = new Set(["|", ">>", ">>>"]);
const MONEY = /[mM]icros$/;

/** Two ways of rounding money give two prices for one auction; the domain model has the one way. */
export const moneyRounding: SourceRule = {
  name: "money-rounding",
  code: "TENON1918",
  arguable: true,
  *find(source): Iterable<Report> {
    for (const node of nodesIn(source.program)) {
      const rounded = roundedBy(node, source);
      const money = rounded === undefined ? undefined : moneyIn(rounded.value);
      if (rounded === undefined || money === undefined) continue;
      yield {
        at: node.start,
        does: `rounds money "${money}" with ${rounded.by}`,
        other: { kind: "resource", name: "roundMicros", label: "is the one rounding of money" },
        detail: { expected: "roundMicros of the domain model", found: source.textOf(node).split("\n", 1)[0] ?? "" },
        hint: "use roundMicros, multiplyMicros or another function of @tenon/ads-model",
      };
    }
  },
};

function roundedBy(node: AnyNode, source: ParsedSource): { readonly value: AnyNode; readonly by: string } | undefined {
  if (node.type === "CallExpression") {
    const path = globalPathOf(node.callee, source.scopes);
    const first = node.arguments[0] as AnyNode | undefined;
    if (path !== undefined && ROUNDINGS.has(path) && first !== undefined) return { value: first, by: path };
    const isFixed =
      node.callee.type === "MemberExpression" && keyName(node.callee.property, node.callee.computed) === "toFixed";
    return isFixed
      ? { value: (node.callee as AnyNode & { type: "MemberExpression" }).object as AnyNode, by: "toFixed" }
      : undefined;
  }
  if (node.type === "BinaryExpression" && TRUNCATING_OPERATORS.has(node.operator)) {
    return { value: node.left as AnyNode, by: node.operator };
  }
  const isDoubleNot =
    node.type === "UnaryExpression" && node.operator === "~" && node.argument.type === "UnaryExpression";
  return isDoubleNot ? { value: node.argument, by: "~~" } : undefined;
}

function moneyIn(value: AnyNode): string | undefined {
  for (const node of nodesIn(value)) {
    const name =
      node.type === "Identifier"
        ? node.name
        : node.type === "MemberExpression"
          ? keyName(node.property, node.computed)
          : undefined;
    if (name !== undefined && MONEY.test(name)) return name;
  }
  return undefined;
}
