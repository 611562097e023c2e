import type { AnyNode, Node } from "acorn";
import type { Report, SourceRule } from "../finding.ts";
import type { ParsedSource } from "../syntax/parse-source.ts";
import { type AnyFunction, isFunction, keyName, nodesIn } from "../syntax/walk.ts";

const SORTS = new Set(["sort", "toSorted"]);
const COMPARISONS = new Set(["-", "<", ">", "<=", ">="]);
/** Keys that no two elements share. */
const UNIQUE_KEY = /(?:^|[a-z_])(?:id|ids|key|name|code|word|url|position|index|row|ordinal|sequence|digest)$/i;

/** Two candidates with one score keep the order they came in, and that is the order of retrieval answers. */
export const unstableOrder: SourceRule = {
  name: "unstable-order",
  code: "TENON1913",
  arguable: true,
  *find(source): Iterable<Report> {
    for (const node of nodesIn(source.program)) {
      if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") continue;
      const name = keyName(node.callee.property, node.callee.computed) ?? "";
      const comparator = comparatorOf(node.arguments[0], source);
      if (!SORTS.has(name) || comparator === undefined || isTotal(comparator, source)) continue;
      yield {
        at: node.callee.property.start,
        does: "ranks by an order that leaves ties to the order of arrival",
        other: { kind: "resource", name: "order of arrival", label: "decides between equal keys" },
        detail: {
          expected: "a total order: equal scores are decided by id",
          found: source.textOf(comparator).split("\n", 1)[0] ?? "",
        },
        hint: "end the comparator with the id: … || a.id - b.id",
      };
    }
  },
};

function comparatorOf(node: AnyNode | undefined, source: ParsedSource): AnyFunction | undefined {
  if (isFunction(node)) return node;
  const value = node?.type === "Identifier" ? (source.scopes.bindingOf(node)?.value as AnyNode | undefined) : undefined;
  return isFunction(value) ? value : undefined;
}

/**
 * `true` when some comparison in it is by a key that no two elements share, or is handed on to a function we cannot see.
 * Judged by names: a comparator is code, and that no two elements tie is not in its text.
 */
function isTotal(comparator: AnyFunction, source: ParsedSource): boolean {
  const [left, right] = comparator.params;
  if (left === undefined || right === undefined) return true;
  let compared = 0;
  for (const node of nodesIn(comparator.body)) {
    const sides = sidesOf(node);
    if (sides === undefined) continue;
    const [one, other] = sides;
    if (
      !(mentions(one, left, source) && mentions(other, right, source)) &&
      !(mentions(one, right, source) && mentions(other, left, source))
    ) {
      continue;
    }
    if (isWhole(one, left, right, source) && isWhole(other, left, right, source)) return true;
    if (isUniqueKey(one, left, right, source)) return true;
    compared += 1;
    if (compared > 1 && neverEqual(source.parents.get(node))) return true;
  }
  return compared === 0;
}

/** `one.word < other.word ? -1 : 1` after another key: whoever writes it says that this key decides every tie. */
function neverEqual(parent: AnyNode | undefined): boolean {
  if (parent?.type !== "ConditionalExpression") return false;
  return [parent.consequent, parent.alternate].every((result) => {
    const number = result.type === "UnaryExpression" ? result.argument : result;
    return number.type === "Literal" && number.value !== 0;
  });
}

/** The two things a node compares: operands of an operator, receiver and argument of localeCompare, two arguments. */
function sidesOf(node: AnyNode): readonly [AnyNode, AnyNode] | undefined {
  if (node.type === "BinaryExpression" && COMPARISONS.has(node.operator)) return [node.left as AnyNode, node.right];
  if (node.type !== "CallExpression") return undefined;
  const [first, second] = node.arguments;
  if (
    node.callee.type === "MemberExpression" &&
    keyName(node.callee.property, node.callee.computed) === "localeCompare"
  ) {
    return first === undefined ? undefined : [node.callee.object as AnyNode, first];
  }
  return first === undefined || second === undefined ? undefined : [first, second];
}

/** Names a parameter binds: itself, or the names in its pattern. */
function namesOf(parameter: Node, source: ParsedSource): ReadonlySet<unknown> {
  const names = new Set<unknown>();
  for (const node of nodesIn(parameter)) {
    const binding = node.type === "Identifier" ? source.scopes.bindingOf(node) : undefined;
    if (binding !== undefined) names.add(binding);
  }
  return names;
}

function mentions(node: AnyNode, parameter: Node, source: ParsedSource): boolean {
  const names = namesOf(parameter, source);
  for (const part of nodesIn(node))
    if (part.type === "Identifier" && names.has(source.scopes.bindingOf(part))) return true;
  return false;
}

/** The elements themselves are compared: equal ones cannot be told apart. */
function isWhole(node: AnyNode, left: Node, right: Node, source: ParsedSource): boolean {
  if (node.type !== "Identifier") return false;
  const binding = source.scopes.bindingOf(node);
  return binding?.identifier === left || binding?.identifier === right;
}

function isUniqueKey(node: AnyNode, left: Node, right: Node, source: ParsedSource): boolean {
  switch (node.type) {
    case "MemberExpression": {
      const name = keyName(node.property, node.computed);
      return name === undefined ? isUniqueKey(node.object as AnyNode, left, right, source) : UNIQUE_KEY.test(name);
    }
    case "CallExpression":
      return node.callee.type === "MemberExpression"
        ? isUniqueKey(node.callee.object as AnyNode, left, right, source) ||
            isUniqueKey(node.callee, left, right, source)
        : node.callee.type === "Identifier" && UNIQUE_KEY.test(node.callee.name);
    case "Identifier": {
      const binding = source.scopes.bindingOf(node);
      if (binding?.kind !== "parameter") return UNIQUE_KEY.test(node.name);
      return binding.path.length > 0 && UNIQUE_KEY.test(binding.path.at(-1) ?? "");
    }
    default:
      return false;
  }
}
