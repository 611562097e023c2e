import type { AnyNode } from "acorn";
import type { Report, SourceRule } from "../finding.ts";
import type { ParsedSource } from "../syntax/parse-source.ts";
import { type AnyFunction, functionAround, isFunction, isInside, keyName, nodesIn } from "../syntax/walk.ts";
import { mentionsIn } from "./support.ts";

const RACES = new Set(["Promise.race", "Promise.any"]);
const COLLECTS = new Set(["push", "unshift", "set", "add", "splice"]);

/** Which answer comes first differs from run to run: sums of floats, lists and maps built in that order differ with it. */
export const completionOrder: SourceRule = {
  name: "completion-order",
  code: "TENON1914",
  arguable: true,
  *find(source): Iterable<Report> {
    const at = (start: number, does: string, found: string): Report => ({
      at: start,
      does,
      other: { kind: "resource", name: "order of completion", label: "differs from run to run" },
      detail: { expected: "results combined in the order of the graph or of the list", found },
      hint: "const results = await Promise.all(list.map(…)), then combine results in list order",
    });
    for (const { node, path } of mentionsIn(source)) {
      if (RACES.has(path)) yield at(node.start, `lets the fastest answer win with ${path}`, path);
    }
    for (const node of nodesIn(source.program)) {
      const collected = collectedBy(node, source);
      if (collected === undefined) continue;
      yield at(
        node.start,
        `combines concurrent results in "${collected}" as they complete`,
        source.textOf(node).split("\n", 1)[0] ?? "",
      );
    }
  },
};

/** The outer variable that an async callback of a list method changes. */
function collectedBy(node: AnyNode, source: ParsedSource): string | undefined {
  const target = changedBy(node);
  if (target?.type !== "Identifier") return undefined;
  const callback = functionAround(node, source.parents);
  const scope = source.scopes.bindingOf(target)?.scope;
  if (callback === undefined || scope === undefined || isInside(scope.node, callback)) return undefined;
  return isConcurrent(callback, source) && waitsBefore(callback, node) ? target.name : undefined;
}

function changedBy(node: AnyNode): AnyNode | undefined {
  if (node.type === "AssignmentExpression") return rootOf(node.left as AnyNode);
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return undefined;
  const name = keyName(node.callee.property, node.callee.computed) ?? "";
  return COLLECTS.has(name) ? rootOf(node.callee.object as AnyNode) : undefined;
}

function rootOf(node: AnyNode): AnyNode {
  return node.type === "MemberExpression" ? rootOf(node.object as AnyNode) : node;
}

/** Called per element of a list, or continued after a promise: `list.map(async …)`, `promise.then(…)`. */
function isConcurrent(callback: AnyFunction, source: ParsedSource): boolean {
  const call = source.parents.get(callback);
  if (call?.type !== "CallExpression" || call.callee === callback || call.callee.type !== "MemberExpression")
    return false;
  const name = keyName(call.callee.property, call.callee.computed);
  return (
    name === "then" ||
    (callback.async && (name === "map" || name === "forEach" || name === "flatMap" || name === "from"))
  );
}

/** An `await` stands before the change, or in it; code up to the first `await` still runs in list order. */
function waitsBefore(callback: AnyFunction, node: AnyNode): boolean {
  if (!callback.async) return true;
  for (const inner of nodesIn(callback.body, (part) => isFunction(part))) {
    if (inner.type === "AwaitExpression" && inner.start < node.end) return true;
  }
  return false;
}
