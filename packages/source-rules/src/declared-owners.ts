import { type AnyNode, parse } from "acorn";
import { stripTypes } from "./syntax/strip-types.ts";
import { keyName, nodesIn } from "./syntax/walk.ts";

/** Owner of a slot or resource, from the text that declares it. */
export interface DeclaredOwner {
  readonly kind: "slot" | "resource";
  readonly name: string;
  readonly owner: string;
}

/** The slots and resources that a text declares: `slot("name", …, { owner })`, `resource<T>()("name", { owner })`. */
export function declaredOwnersIn(text: string): readonly DeclaredOwner[] {
  if (!/\b(?:slot|resource)\b/.test(text)) return [];
  const found: DeclaredOwner[] = [];
  for (const node of nodesIn(parse(stripTypes(text), { ecmaVersion: "latest", sourceType: "module" }))) {
    if (node.type !== "CallExpression") continue;
    const kind = kindOf(node.callee as AnyNode);
    const [first, ...rest] = node.arguments;
    const name = kind === undefined || first === undefined ? undefined : keyName(first, true);
    const owner = ownerIn(rest.at(-1));
    if (kind !== undefined && name !== undefined && owner !== undefined) found.push({ kind, name, owner });
  }
  return found;
}

function kindOf(callee: AnyNode): DeclaredOwner["kind"] | undefined {
  if (callee.type === "Identifier" && callee.name === "slot") return "slot";
  const isResource =
    callee.type === "CallExpression" && callee.callee.type === "Identifier" && callee.callee.name === "resource";
  return isResource ? "resource" : undefined;
}

function ownerIn(options: AnyNode | undefined): string | undefined {
  if (options?.type !== "ObjectExpression") return undefined;
  for (const property of options.properties) {
    const isOwner = property.type === "Property" && keyName(property.key, property.computed) === "owner";
    if (isOwner) return keyName(property.value, true);
  }
  return undefined;
}
