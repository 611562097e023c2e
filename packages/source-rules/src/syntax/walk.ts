import type { AnyNode, Function as FunctionNode, Node } from "acorn";

export type AnyFunction = FunctionNode & AnyNode;

/** Child nodes in source order. Works on any node: every own property that is a node or a list of nodes. */
export function* childrenOf(node: Node): Iterable<AnyNode> {
  for (const [key, value] of Object.entries(node)) {
    if (key === "type") continue;
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) yield item;
    } else if (isNode(value)) yield value;
  }
}

/** Every node below and including `node`, parents first. `skip` leaves out a node with all below it. */
export function* nodesIn(node: Node, skip?: (node: AnyNode) => boolean): Iterable<AnyNode> {
  if (skip?.(node as AnyNode)) return;
  yield node as AnyNode;
  for (const child of childrenOf(node)) yield* nodesIn(child, skip);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

export function isFunction(node: Node | undefined): node is AnyFunction {
  return (
    node?.type === "FunctionDeclaration" ||
    node?.type === "FunctionExpression" ||
    node?.type === "ArrowFunctionExpression"
  );
}

/** The nearest function around a node, or `undefined` at module level. Class field values count as functions do. */
export function functionAround(node: Node, parents: ReadonlyMap<Node, AnyNode>): AnyFunction | undefined {
  for (let at = parents.get(node); at !== undefined; at = parents.get(at)) if (isFunction(at)) return at;
  return undefined;
}

export function isInside(node: Node, outer: Node): boolean {
  return outer.start <= node.start && node.end <= outer.end;
}

export function parentsOf(root: Node): ReadonlyMap<Node, AnyNode> {
  const parents = new Map<Node, AnyNode>();
  for (const node of nodesIn(root)) for (const child of childrenOf(node)) parents.set(child, node);
  return parents;
}

/** The name of a property or member when it is written out: `a.now`, `a["now"]`, `{ now: … }`. */
export function keyName(key: Node, computed: boolean): string | undefined {
  const node = key as AnyNode;
  if (!computed && node.type === "Identifier") return node.name;
  if (node.type === "PrivateIdentifier") return `#${node.name}`;
  if (node.type === "Literal" && (typeof node.value === "string" || typeof node.value === "number"))
    return String(node.value);
  if (node.type === "TemplateLiteral" && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}
