import type { AnyNode, Node } from "acorn";
import type { Report, SourceRule } from "../finding.ts";
import { globalPathOf } from "../syntax/global-path.ts";
import type { ParsedSource } from "../syntax/parse-source.ts";
import { type AnyFunction, isFunction, keyName, nodesIn } from "../syntax/walk.ts";
import { hostParty } from "./support.ts";

const CHAINS = new Set(["then", "catch", "finally"]);
const LIST_METHODS = new Set(["forEach", "map", "filter", "flatMap"]);

/** Work that nobody waits for ends after its request: too late for its deadline, in time for another one's values. */
export const floatingPromise: SourceRule = {
  name: "floating-promise",
  code: "TENON1910",
  arguable: true,
  *find(source): Iterable<Report> {
    const found = new Map<Node, string>();
    for (const node of nodesIn(source.program)) {
      if (node.type === "ExpressionStatement") collect(node.expression, source, found);
      if (node.type === "VariableDeclarator" && node.init && node.id.type === "Identifier") {
        const unused = source.scopes.bindingOf(node.id)?.references.length === 0;
        const isExported = source.parents.get(source.parents.get(node) as AnyNode)?.type === "ExportNamedDeclaration";
        if (unused && !isExported) collect(node.init, source, found);
      }
      if (node.type === "CallExpression" && isAsyncForEach(node)) found.set(node, "forEach with an async callback");
    }
    for (const [node, what] of found) {
      yield {
        at: node.start,
        does: `starts ${what} and does not wait for it`,
        other: hostParty(source, "request", "ends before the work does"),
        detail: { expected: "await or return", found: source.textOf(node).split("\n", 1)[0] ?? "" },
        hint: "await it (several at once: await Promise.all([…])); work after the answer belongs to the host",
      };
    }
  },
};

/** Looks through `void`, conditions and chains to the calls whose result is dropped. */
function collect(expression: AnyNode, source: ParsedSource, found: Map<Node, string>): void {
  switch (expression.type) {
    case "UnaryExpression":
      if (expression.operator === "void") collect(expression.argument, source, found);
      return;
    case "ParenthesizedExpression":
    case "ChainExpression":
      collect(expression.expression, source, found);
      return;
    case "LogicalExpression":
      collect(expression.right, source, found);
      return;
    case "ConditionalExpression":
      collect(expression.consequent, source, found);
      collect(expression.alternate, source, found);
      return;
    case "SequenceExpression":
      for (const part of expression.expressions) collect(part, source, found);
      return;
    case "CallExpression":
    case "NewExpression": {
      const what = promiseMadeBy(expression, source);
      if (what !== undefined) found.set(expression, what);
    }
  }
}

/** What kind of promise a call gives, as far as this file shows. */
function promiseMadeBy(
  call: AnyNode & { type: "CallExpression" | "NewExpression" },
  source: ParsedSource,
): string | undefined {
  const callee = call.callee as AnyNode;
  const path = globalPathOf(callee, source.scopes);
  if (call.type === "NewExpression") return path === "Promise" ? "a promise" : undefined;
  if (path !== undefined && /^Promise\.\w+$/.test(path)) return path;
  if (isAsync(localFunction(callee, source))) return `async "${source.textOf(callee).split("\n", 1)[0]?.slice(0, 40)}"`;
  if (callee.type !== "MemberExpression") return undefined;
  const name = keyName(callee.property, callee.computed) ?? "";
  if (asyncMethodsIn(source).has(name)) return `async ${name}()`;
  if (CHAINS.has(name)) return `a .${name}() chain`;
  if (LIST_METHODS.has(name) && name !== "forEach" && isAsync(localFunction(call.arguments[0], source))) {
    return `async work per element with ${name}()`;
  }
  const origin = source.flow.originOf(callee.object);
  const isResource = origin?.root.kind === "context" && origin.path[0] === "uses";
  return isResource ? `${origin.path[1] ?? "a resource"}.${name}()` : undefined;
}

/** Names of the async methods that the file's classes and object literals have. */
function asyncMethodsIn(source: ParsedSource): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of nodesIn(source.program)) {
    if (node.type !== "MethodDefinition" && node.type !== "Property") continue;
    const name = isFunction(node.value) && node.value.async ? keyName(node.key, node.computed) : undefined;
    if (name !== undefined && name !== "run") names.add(name);
  }
  return names;
}

function isAsyncForEach(call: AnyNode & { type: "CallExpression" }): boolean {
  const { callee } = call;
  const name = callee.type === "MemberExpression" ? keyName(callee.property, callee.computed) : undefined;
  const callback = call.arguments[0] as AnyNode | undefined;
  return name === "forEach" && isFunction(callback) && callback.async;
}

function localFunction(node: AnyNode | undefined, source: ParsedSource): AnyFunction | undefined {
  if (node?.type === "ParenthesizedExpression") return localFunction(node.expression, source);
  if (isFunction(node)) return node;
  const value = node?.type === "Identifier" ? (source.scopes.bindingOf(node)?.value as AnyNode | undefined) : undefined;
  return isFunction(value) ? value : undefined;
}

/** Declared async, or one that returns a promise it makes. */
function isAsync(target: AnyFunction | undefined): boolean {
  if (target === undefined || target.generator) return false;
  if (target.async) return true;
  const returned: AnyNode[] = target.type === "ArrowFunctionExpression" && target.expression ? [target.body] : [];
  for (const node of nodesIn(target.body, (inner) => isFunction(inner))) {
    if (node.type === "ReturnStatement" && node.argument) returned.push(node.argument);
  }
  return returned.some((value) => {
    if (value.type === "NewExpression") return value.callee.type === "Identifier" && value.callee.name === "Promise";
    const callee = value.type === "CallExpression" ? (value.callee as AnyNode) : undefined;
    if (callee?.type !== "MemberExpression") return false;
    const isPromise = callee.object.type === "Identifier" && callee.object.name === "Promise";
    return isPromise || CHAINS.has(keyName(callee.property, callee.computed) ?? "");
  });
}
