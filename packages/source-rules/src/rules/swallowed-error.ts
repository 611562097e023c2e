import type { AnyNode } from "acorn";
import type { Report, SourceRule } from "../finding.ts";
import type { ParsedSource } from "../syntax/parse-source.ts";
import { isFunction, keyName, nodesIn } from "../syntax/walk.ts";

/** An error that a node turns into a value looks like a good answer: no status, no count, no fallback in the trace. */
export const swallowedError: SourceRule = {
  name: "swallowed-error",
  code: "TENON1916",
  arguable: true,
  *find(source): Iterable<Report> {
    for (const node of nodesIn(source.program)) {
      if (!(node.type === "CatchClause" && dropsError(node, source)) && !isDroppingCatch(node, source)) continue;
      yield {
        at: node.start,
        does: "swallows an error",
        other: { kind: "resource", name: "failure policy", label: "never sees the error" },
        detail: {
          expected: "the error reaches the plan, which applies onFailure",
          found: source.textOf(node).split("\n", 1)[0] ?? "",
        },
        hint: 'let it throw and declare onFailure: { fallback: … } or "omit"; for an expected case return a value with a status',
      };
    }
  },
};

/** Neither throws nor looks at the error. */
function dropsError(clause: AnyNode & { type: "CatchClause" }, source: ParsedSource): boolean {
  const binding = clause.param?.type === "Identifier" ? source.scopes.bindingOf(clause.param) : undefined;
  if (binding !== undefined && binding.references.length > 0) return false;
  if (clause.param && clause.param.type !== "Identifier") return false;
  for (const node of nodesIn(clause.body, (inner) => isFunction(inner)))
    if (node.type === "ThrowStatement") return false;
  return true;
}

/** `promise.catch(() => value)`. */
function isDroppingCatch(node: AnyNode, source: ParsedSource): boolean {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return false;
  if (keyName(node.callee.property, node.callee.computed) !== "catch") return false;
  const handler = node.arguments[0] as AnyNode | undefined;
  if (!isFunction(handler)) return false;
  const [error] = handler.params;
  const used =
    error?.type === "Identifier" ? (source.scopes.bindingOf(error)?.references.length ?? 0) > 0 : error !== undefined;
  for (const inner of nodesIn(handler.body)) if (inner.type === "ThrowStatement") return false;
  return !used;
}
