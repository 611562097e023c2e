import type { AnyNode } from "acorn";
import type { Report, SourceRule } from "../finding.ts";
import type { ParsedSource } from "../syntax/parse-source.ts";
import { type AnyFunction, isFunction, isInside, keyName, nodesIn } from "../syntax/walk.ts";

const EDIT_MODULES = /^(?:@tenon\/graph-core\/edit|immer)$/;
const RECIPES = /^(?:edit|produce|produceWithPatches)$/;
const COLLECTS = new Set(["push", "unshift", "set", "add"]);

/** A draft is only itself while its recipe runs: kept longer, or used after an await, it answers stale or throws. */
export const escapedDraft: SourceRule = {
  name: "escaped-draft",
  code: "TENON1917",
  arguable: false,
  *find(source): Iterable<Report> {
    for (const recipe of recipesIn(source)) {
      const draft = recipe.params[0];
      if (recipe.async || recipe.generator) yield report(recipe.start, "edits in an async recipe", "async recipe");
      if (draft?.type !== "Identifier") continue;
      for (const use of source.scopes.bindingOf(draft)?.references ?? []) {
        const leak = leakOf(use, recipe, source);
        if (leak !== undefined)
          yield report(leak.start, "keeps a draft after its recipe", source.textOf(leak).split("\n", 1)[0] ?? "");
      }
    }
  },
};

function report(at: number, does: string, found: string): Report {
  return {
    at,
    does,
    other: { kind: "resource", name: "draft", label: "ends with its recipe" },
    detail: { expected: "a synchronous recipe that keeps nothing of the draft", found },
    hint: "await first, then edit(value, (draft) => { … }) and use what edit returns",
  };
}

function* recipesIn(source: ParsedSource): Iterable<AnyFunction> {
  for (const node of nodesIn(source.program)) {
    if (node.type !== "CallExpression" || node.callee.type !== "Identifier") continue;
    const from = source.scopes.bindingOf(node.callee)?.from;
    if (from === undefined || !EDIT_MODULES.test(from.module) || !RECIPES.test(from.name)) continue;
    for (const argument of node.arguments) if (isFunction(argument as AnyNode)) yield argument as AnyFunction;
  }
}

/** The expression that puts the draft, or a part of it, where it outlives the recipe. */
function leakOf(use: AnyNode, recipe: AnyFunction, source: ParsedSource): AnyNode | undefined {
  let value = use;
  let parent = source.parents.get(value);
  while (parent?.type === "MemberExpression" && parent.object === value) {
    value = parent;
    parent = source.parents.get(value);
  }
  if (
    parent?.type === "AssignmentExpression" &&
    parent.right === value &&
    isOuter(parent.left as AnyNode, recipe, source)
  )
    return parent;
  if (parent?.type !== "CallExpression" || parent.callee === value || parent.callee.type !== "MemberExpression")
    return undefined;
  const name = keyName(parent.callee.property, parent.callee.computed) ?? "";
  return COLLECTS.has(name) && isOuter(parent.callee.object as AnyNode, recipe, source) ? parent : undefined;
}

function isOuter(target: AnyNode, recipe: AnyFunction, source: ParsedSource): boolean {
  if (target.type === "MemberExpression") return isOuter(target.object as AnyNode, recipe, source);
  const scope = target.type === "Identifier" ? source.scopes.bindingOf(target)?.scope : undefined;
  return scope !== undefined && !isInside(scope.node, recipe);
}
