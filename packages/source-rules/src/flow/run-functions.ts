import type { AnyNode, Node, Program } from "acorn";
import type { Scopes } from "../syntax/scope.ts";
import { type AnyFunction, isFunction, keyName, nodesIn } from "../syntax/walk.ts";

const NODE_MAKERS = new Set(["node", "filter", "map"]);
const CONTRACT_KEYS = new Set(["reads", "writes", "of", "kept", "purpose"]);

/**
 * The `run` functions of a file: the property `run` of what is given to `node`, `filter` or `map`, or of an object that
 * looks like a contract, and a top-level function that is itself called `run`.
 */
export function runFunctionsIn(program: Program, scopes: Scopes): ReadonlySet<AnyFunction> {
  const found = new Set<AnyFunction>();
  const take = (value: Node | undefined): void => {
    const node = value as AnyNode | undefined;
    if (isFunction(node)) found.add(node);
    if (node?.type !== "Identifier") return;
    const meant = scopes.bindingOf(node)?.value as AnyNode | undefined;
    if (isFunction(meant)) found.add(meant);
  };
  const made = new Set<Node>();
  for (const node of nodesIn(program)) {
    if (node.type === "CallExpression" && isNodeMaker(node.callee as AnyNode))
      for (const given of node.arguments) made.add(given);
    if (node.type !== "ObjectExpression") continue;
    const names = node.properties.map((property) =>
      property.type === "Property" ? keyName(property.key, property.computed) : undefined,
    );
    const isContract = made.has(node) || names.some((name) => name !== undefined && CONTRACT_KEYS.has(name));
    const run = node.properties[names.indexOf("run")];
    if (isContract && run?.type === "Property") take(run.value);
  }
  take(scopes.module.bindings.get("run")?.value);
  return found;
}

function isNodeMaker(callee: AnyNode): boolean {
  const name = callee.type === "MemberExpression" ? keyName(callee.property, callee.computed) : undefined;
  return NODE_MAKERS.has(callee.type === "Identifier" ? callee.name : (name ?? ""));
}
