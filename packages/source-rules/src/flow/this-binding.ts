import type { AnyNode, Node } from "acorn";
import type { Binding, Scopes } from "../syntax/scope.ts";
import { isFunction } from "../syntax/walk.ts";

/**
 * The module's constant or class that `this` means: in a method of an object literal that a constant holds, and in a static
 * method or block of a class. `undefined` for instances, which may be of one request, and for plain functions.
 */
export function moduleBindingOfThis(
  node: Node,
  scopes: Scopes,
  parents: ReadonlyMap<Node, AnyNode>,
): Binding | undefined {
  let at: AnyNode | undefined = parents.get(node);
  while (at !== undefined && (at.type === "ArrowFunctionExpression" || !isHomeOfThis(at))) at = parents.get(at);
  if (at === undefined) return undefined;
  const member = isFunction(at) ? parents.get(at) : at;
  const holder = member === undefined ? undefined : parents.get(member);
  if (member?.type === "Property" && holder?.type === "ObjectExpression") return declared(parents.get(holder), scopes);
  const isStatic = member?.type === "StaticBlock" || (member?.type === "MethodDefinition" && member.static);
  return isStatic && holder !== undefined ? declared(parents.get(holder), scopes) : undefined;
}

function isHomeOfThis(node: AnyNode): boolean {
  return isFunction(node) || node.type === "StaticBlock";
}

/** The module binding that a declarator or class declaration introduces. */
function declared(node: AnyNode | undefined, scopes: Scopes): Binding | undefined {
  const id = node?.type === "VariableDeclarator" || node?.type === "ClassDeclaration" ? node.id : undefined;
  const binding = id?.type === "Identifier" ? scopes.bindingOf(id) : undefined;
  return binding?.scope === scopes.module ? binding : undefined;
}
