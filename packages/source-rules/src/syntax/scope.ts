/** Which declaration an identifier means. Enough of the language's scoping for rules: no `with`, no `eval`. */
import type { AnyNode, ClassDeclaration, Expression, Identifier, Node, Program } from "acorn";
import { type AnyFunction, childrenOf, isFunction, keyName } from "./walk.ts";

export type BindingKind = "import" | "var" | "let" | "const" | "function" | "class" | "parameter" | "catch";

export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  readonly scope: Scope;
  /** The declaring identifier. */
  readonly identifier: Node;
  /** The value it starts with, where it is written out: initialiser, function or class. */
  readonly value: Expression | AnyFunction | ClassDeclaration | undefined;
  /** How to get from `value` to this name: `["now"]` in `const { now } = Date`. */
  readonly path: readonly string[];
  /** For an import: module and exported name (`"*"` for a namespace). */
  readonly from: { readonly module: string; readonly name: string } | undefined;
  readonly references: Identifier[];
}

export interface Scope {
  readonly node: Node;
  readonly parent: Scope | undefined;
  readonly bindings: Map<string, Binding>;
}

export interface Scopes {
  readonly module: Scope;
  /** Binding of an identifier, where it stands for a variable; `undefined` for a global. */
  readonly bindingOf: (identifier: Node) => Binding | undefined;
  /** Identifiers that stand for globals: bound nowhere in the file. */
  readonly globals: readonly Identifier[];
}

/** Resolves every identifier of a module. */
export function resolveScopes(program: Program): Scopes {
  const module: Scope = { node: program, parent: undefined, bindings: new Map() };
  const scopeOf = new Map<Node, Scope>([[program, module]]);
  declareAll(program, module, scopeOf);

  const resolved = new Map<Node, Binding>();
  const globals: Identifier[] = [];
  const visit = (node: AnyNode, scope: Scope): void => {
    const inner = scopeOf.get(node) ?? scope;
    if (node.type === "Identifier") {
      const binding = lookUp(scope, node.name);
      if (binding === undefined) globals.push(node);
      else {
        resolved.set(node, binding);
        if (binding.identifier !== node) binding.references.push(node);
      }
      return;
    }
    if (node.type === "ExportNamedDeclaration" && node.source) return;
    for (const child of childrenOf(node)) if (!isName(node, child)) visit(child, inner);
  };
  visit(program, module);
  return { module, bindingOf: (identifier) => resolved.get(identifier), globals };
}

/** `true` for an identifier that is a property name, a label or an export name, not a variable. */
function isName(parent: AnyNode, child: AnyNode): boolean {
  switch (parent.type) {
    case "MemberExpression":
      return child === parent.property && !parent.computed;
    case "Property":
      return child === parent.key && !parent.computed && !(parent.shorthand && child === parent.value);
    case "MethodDefinition":
    case "PropertyDefinition":
      return child === parent.key && !parent.computed;
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return child === parent.label;
    case "ExportSpecifier":
      return child === parent.exported && child !== parent.local;
    case "ImportSpecifier":
      return child === parent.imported && child !== parent.local;
    case "ExportAllDeclaration":
    case "MetaProperty":
    case "ImportAttribute":
      return true;
    default:
      return false;
  }
}

function lookUp(scope: Scope, name: string): Binding | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const binding = at.bindings.get(name);
    if (binding !== undefined) return binding;
  }
  return undefined;
}

function declareAll(program: Program, module: Scope, scopeOf: Map<Node, Scope>): void {
  const visit = (node: AnyNode, scope: Scope): void => {
    let inner = scope;
    if (opensScope(node) && !scopeOf.has(node)) {
      inner = { node, parent: scope, bindings: new Map() };
      scopeOf.set(node, inner);
    }
    declareAt(node, scope, inner);
    for (const child of childrenOf(node)) visit(child, inner);
  };
  visit(program, module);
}

function opensScope(node: AnyNode): boolean {
  return (
    isFunction(node) ||
    node.type === "BlockStatement" ||
    node.type === "StaticBlock" ||
    node.type === "ForStatement" ||
    node.type === "ForInStatement" ||
    node.type === "ForOfStatement" ||
    node.type === "SwitchStatement" ||
    node.type === "CatchClause" ||
    node.type === "ClassExpression"
  );
}

function declareAt(node: AnyNode, scope: Scope, inner: Scope): void {
  switch (node.type) {
    case "ImportDeclaration":
      for (const specifier of node.specifiers) {
        const name =
          specifier.type === "ImportSpecifier"
            ? (keyName(specifier.imported, false) ?? "")
            : specifier.type === "ImportDefaultSpecifier"
              ? "default"
              : "*";
        add(scope, specifier.local, "import", undefined, [], { module: String(node.source.value), name });
      }
      return;
    case "VariableDeclaration": {
      const target = node.kind === "var" ? functionScope(scope) : scope;
      const kind = node.kind === "var" || node.kind === "let" ? node.kind : "const";
      for (const { id, init } of node.declarations) addPattern(target, id, kind, init ?? undefined, []);
      return;
    }
    case "FunctionDeclaration":
    case "ClassDeclaration":
      if (node.id !== null) add(scope, node.id, node.type === "ClassDeclaration" ? "class" : "function", node, []);
      break;
    case "FunctionExpression":
    case "ClassExpression":
      if (node.id) add(inner, node.id, node.type === "ClassExpression" ? "class" : "function", node, []);
      break;
    case "CatchClause":
      if (node.param) addPattern(inner, node.param, "catch", undefined, []);
      return;
  }
  if (isFunction(node)) for (const parameter of node.params) addPattern(inner, parameter, "parameter", undefined, []);
}

function functionScope(scope: Scope): Scope {
  let at = scope;
  while (at.parent !== undefined && !isFunction(at.node as AnyNode)) at = at.parent;
  return at;
}

function add(
  scope: Scope,
  identifier: Node & { readonly name: string },
  kind: BindingKind,
  value: Binding["value"],
  path: readonly string[],
  from?: Binding["from"],
): void {
  scope.bindings.set(identifier.name, {
    name: identifier.name,
    kind,
    scope,
    identifier,
    value,
    path,
    from,
    references: [],
  });
}

function addPattern(
  scope: Scope,
  pattern: Node,
  kind: BindingKind,
  value: Expression | undefined,
  path: readonly string[],
): void {
  const node = pattern as AnyNode;
  switch (node.type) {
    case "Identifier":
      add(scope, node, kind, value, path);
      return;
    case "ObjectPattern":
      for (const property of node.properties) {
        if (property.type === "RestElement") addPattern(scope, property.argument, kind, undefined, []);
        else {
          const name = keyName(property.key, property.computed);
          addPattern(scope, property.value, kind, name === undefined ? undefined : value, [...path, name ?? "?"]);
        }
      }
      return;
    case "ArrayPattern":
      node.elements.forEach((element, index) => {
        if (element !== null) addPattern(scope, element, kind, value, [...path, String(index)]);
      });
      return;
    case "AssignmentPattern":
      addPattern(scope, node.left, kind, value, path);
      return;
    case "RestElement":
      addPattern(scope, node.argument, kind, undefined, []);
  }
}
