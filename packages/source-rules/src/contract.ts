import { type AnyNode, type Node, parse } from "acorn";
import { stripTypes } from "./syntax/strip-types.ts";
import { keyName, nodesIn } from "./syntax/walk.ts";

/** What a node's contract says about ownership, read from its text. */
export interface Contract {
  /** Name of the exported constant. */
  readonly name: string;
  readonly owner: string;
  readonly purpose: string | undefined;
}

/**
 * The contracts that a `*.contract.ts` file exports: object literals with an `owner` that is written out as a string.
 * Reads the text and runs nothing, so that ownership can be listed for code that does not load.
 */
export function contractsIn(text: string): readonly Contract[] {
  const program = parse(stripTypes(text), { ecmaVersion: "latest", sourceType: "module" });
  const found: Contract[] = [];
  for (const statement of program.body) {
    if (statement.type !== "ExportNamedDeclaration" || statement.declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of statement.declaration.declarations) {
      if (id.type !== "Identifier" || !init) continue;
      const literal = objectIn(init);
      const owner = literal && textOf(literal, "owner");
      if (owner !== undefined) found.push({ name: id.name, owner, purpose: textOf(literal as AnyNode, "purpose") });
    }
  }
  return found;
}

/** The outermost object literal of an initialiser: itself, or the first argument of a call around it. */
function objectIn(init: Node): AnyNode | undefined {
  for (const node of nodesIn(init)) if (node.type === "ObjectExpression") return node;
  return undefined;
}

function textOf(object: AnyNode, name: string): string | undefined {
  if (object.type !== "ObjectExpression") return undefined;
  for (const property of object.properties) {
    if (property.type !== "Property" || keyName(property.key, property.computed) !== name) continue;
    return keyName(property.value, true);
  }
  return undefined;
}
