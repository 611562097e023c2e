import type { AnyNode, Node } from "acorn";
import type { Scopes } from "./scope.ts";
import { keyName } from "./walk.ts";

/** Names of the global object. */
const GLOBAL_OBJECTS = new Set(["globalThis", "global", "window", "self"]);

/** Aliases of aliases are followed this far; real code has one. */
const ALIASES_MAX = 8;

/**
 * What an expression reaches outside the file, as a dotted path: `"Date.now"`, `"process.env.HOME"`,
 * `"node:crypto.randomUUID"`. Follows constants and destructuring (`const { now } = Date`), and drops the global
 * object's own name. `undefined` for anything that starts in the file.
 */
export function globalPathOf(expression: Node, scopes: Scopes, depth = ALIASES_MAX): string | undefined {
  const node = expression as AnyNode;
  if (depth === 0) return undefined;
  switch (node.type) {
    case "ParenthesizedExpression":
    case "ChainExpression":
      return globalPathOf(node.expression, scopes, depth);
    case "MemberExpression": {
      const object = globalPathOf(node.object, scopes, depth);
      const name = keyName(node.property, node.computed);
      if (object === undefined || name === undefined) return undefined;
      return GLOBAL_OBJECTS.has(object) ? name : `${object}.${name}`;
    }
    case "MetaProperty":
      return `${node.meta.name}.${node.property.name}`;
    case "Identifier": {
      const binding = scopes.bindingOf(node);
      if (binding === undefined) return node.name;
      if (binding.from !== undefined) {
        const { module, name } = binding.from;
        return name === "*" || name === "default" ? module : `${module}.${name}`;
      }
      if (binding.kind !== "const" || binding.value === undefined) return undefined;
      const start = globalPathOf(binding.value, scopes, depth - 1);
      if (start === undefined) return undefined;
      const path = GLOBAL_OBJECTS.has(start) && binding.path.length > 0 ? binding.path : [start, ...binding.path];
      return path.join(".");
    }
    default:
      return undefined;
  }
}
