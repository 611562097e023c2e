import type { AnyNode, Node } from "acorn";
import type { Report, SourceRule } from "../finding.ts";
import type { Write } from "../flow/flow.ts";
import { ALSO_PURE } from "../flow/methods.ts";
import { globalPathOf } from "../syntax/global-path.ts";
import type { ParsedSource } from "../syntax/parse-source.ts";
import type { Binding } from "../syntax/scope.ts";
import { type AnyFunction, functionAround, isFunction, isInside, keyName, nodesIn } from "../syntax/walk.ts";

/** What outlives a request is seen by the next one: answers then depend on which request ran before. */
export const moduleState: SourceRule = {
  name: "module-state",
  code: "TENON1907",
  arguable: false,
  *find(source): Iterable<Report> {
    const reported = new Set<Node>();
    for (const binding of source.scopes.module.bindings.values()) {
      const found = reassignable(binding) ?? statefulInstance(binding, source);
      if (found === undefined) continue;
      reported.add(binding.identifier);
      yield report(binding.identifier, binding.name, found);
    }
    for (const write of source.flow.writes) {
      if (write.origin.root.kind !== "module" || write.inside === undefined) continue;
      const { binding } = write.origin.root;
      const isGlobal = binding.value !== undefined && globalPathOf(binding.value, source.scopes) !== undefined;
      if (isGlobal || reported.has(binding.identifier) || !isStateWrite(write, binding)) continue;
      yield report(
        write.node,
        binding.name,
        write.how === "assigns" ? "is written by a function" : `is changed by ${write.how}()`,
      );
    }
    for (const { identifier, binding } of outlivingWrites(source)) {
      yield report(identifier, binding.name, "is written by a function that outlives the call which made it");
    }
    yield* statefulPatterns(source);
  },
};

function report(node: Node, name: string, found: string): Report {
  return {
    at: node.start,
    does: `keeps state in "${name}", which outlives the request`,
    other: { kind: "resource", name, label: "is shared by every request" },
    detail: { expected: "constants only outside of run", found: `"${name}" ${found}` },
    hint: "make it a const that nothing writes, a value inside run, or a resource that the host binds",
  };
}

function reassignable(binding: Binding): string | undefined {
  return binding.kind === "let" || binding.kind === "var" ? `is declared with ${binding.kind}` : undefined;
}

/** Classes whose instances hold nothing that a later call could see. */
const STATELESS =
  /^(?:Map|Set|Array|RegExp|URL|Date|Error|Text(?:En|De)coder|Intl\.\w+|\w*Array|ArrayBuffer|DataView)$/;
const OURS = /^(?:zod|@tenon\/)/;

function statefulInstance(binding: Binding, source: ParsedSource): string | undefined {
  const value = binding.value as AnyNode | undefined;
  if (binding.kind !== "const" || value?.type !== "NewExpression") return undefined;
  const path = globalPathOf(value.callee, source.scopes);
  if (path === "WeakMap" || path === "WeakSet") return `is a ${path}, which is only of use when it is written later`;
  if (path !== undefined) {
    if (STATELESS.test(path) || OURS.test(path) || path.startsWith("node:")) return undefined;
    return path.includes("/") || path.includes(".") ? `is an instance of ${path}` : undefined;
  }
  const made = value.callee.type === "Identifier" ? source.scopes.bindingOf(value.callee) : undefined;
  const declared = made?.value as AnyNode | undefined;
  return declared !== undefined && writesItself(declared)
    ? `is an instance of "${made?.name}", which changes itself`
    : undefined;
}

/** `true` for a class with a method, other than the constructor, that writes to `this`. */
function writesItself(declared: AnyNode): boolean {
  if (declared.type !== "ClassDeclaration" && declared.type !== "ClassExpression") return false;
  return declared.body.body.some((member) => {
    if (member.type !== "MethodDefinition" || member.kind === "constructor") return false;
    for (const node of nodesIn(member.value)) {
      const target =
        node.type === "AssignmentExpression" ? node.left : node.type === "UpdateExpression" ? node.argument : undefined;
      if (target?.type === "MemberExpression" && target.object.type === "ThisExpression") return true;
      if (node.type === "CallExpression" && node.callee.type === "MemberExpression" && changesField(node.callee))
        return true;
    }
    return false;
  });
}

function changesField(callee: AnyNode & { type: "MemberExpression" }): boolean {
  const { object } = callee;
  const name = keyName(callee.property, callee.computed) ?? "";
  const ofThis = object.type === "MemberExpression" && object.object.type === "ThisExpression";
  return ofThis && /^(?:set|add|delete|clear|push|pop|shift|unshift|splice)$/.test(name);
}

function isStateWrite({ how }: Write, binding: Binding): boolean {
  if (how === "assigns") return true;
  if (hasOwnMethod(binding.value as AnyNode | undefined, how)) return false;
  const isFunctionLike = binding.kind === "import" || binding.kind === "function" || binding.kind === "class";
  return !(isFunctionLike && ALSO_PURE.has(how));
}

/** A method that the object itself declares is judged by what its body writes. */
function hasOwnMethod(value: AnyNode | undefined, name: string): boolean {
  if (value?.type !== "ObjectExpression") return false;
  return value.properties.some(
    (property) => property.type === "Property" && keyName(property.key, property.computed) === name,
  );
}

/** Writes from a `run` function, or from a function returned at module level, to a variable of the function around it. */
function* outlivingWrites(source: ParsedSource): Iterable<{ identifier: Node; binding: Binding }> {
  const lasting = new Set<AnyFunction>([...source.flow.runs, ...functionsReturnedAtModuleLevel(source)]);
  for (const node of nodesIn(source.program)) {
    const target =
      node.type === "AssignmentExpression" ? node.left : node.type === "UpdateExpression" ? node.argument : undefined;
    const identifier = target === undefined ? changedVariable(node) : rootIdentifier(target as AnyNode);
    const binding = identifier === undefined ? undefined : source.scopes.bindingOf(identifier);
    if (binding === undefined || binding.scope === source.scopes.module || binding.scope.parent === undefined) continue;
    for (const outer of lasting) {
      if (!isInside(node, outer) || isInside(binding.scope.node, outer)) continue;
      yield { identifier: node, binding };
      break;
    }
  }
}

function changedVariable(node: AnyNode): AnyNode | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return undefined;
  const name = keyName(node.callee.property, node.callee.computed) ?? "";
  const changes = /^(?:set|add|delete|clear|push|pop|shift|unshift|splice|next)$/.test(name);
  return changes ? rootIdentifier(node.callee.object) : undefined;
}

function rootIdentifier(node: AnyNode): (AnyNode & { type: "Identifier" }) | undefined {
  if (node.type === "MemberExpression") return rootIdentifier(node.object);
  return node.type === "Identifier" ? node : undefined;
}

/** Functions that a function called while the module is set up gives back, so that they live as long as the module. */
function functionsReturnedAtModuleLevel(source: ParsedSource): readonly AnyFunction[] {
  const found: AnyFunction[] = [];
  for (const node of nodesIn(source.program)) {
    if (node.type !== "CallExpression" || functionAround(node, source.parents) !== undefined) continue;
    const { callee } = node;
    const meant = callee.type === "Identifier" ? source.scopes.bindingOf(callee)?.value : (callee as AnyNode);
    const called =
      (meant as AnyNode | undefined)?.type === "ParenthesizedExpression" ? undefined : (meant as AnyNode | undefined);
    if (!isFunction(called)) continue;
    for (const inner of nodesIn(called.body))
      if (isFunction(inner) && isGivenBack(inner, called, source)) found.push(inner);
  }
  return found;
}

function isGivenBack(inner: AnyFunction, called: AnyFunction, source: ParsedSource): boolean {
  let at: AnyNode | undefined = inner;
  for (let parent = source.parents.get(inner); parent !== undefined; parent = source.parents.get(parent)) {
    if (parent.type === "ReturnStatement" || (parent === called && called.body === at)) return true;
    if (parent.type === "CallExpression" && at !== parent.callee) return false;
    if (isFunction(parent) || parent.type === "BlockStatement") break;
    at = parent;
  }
  if (inner.type !== "FunctionDeclaration" || inner.id === null) return false;
  const uses = source.scopes.bindingOf(inner.id)?.references ?? [];
  return uses.some((use) => source.parents.get(use)?.type === "ReturnStatement");
}

/** A `g` or `y` pattern remembers where its last `test` or `exec` ended. */
function* statefulPatterns(source: ParsedSource): Iterable<Report> {
  for (const binding of source.scopes.module.bindings.values()) {
    const value = binding.value as AnyNode | undefined;
    if (value?.type !== "Literal" || !value.regex || !/[gy]/.test(value.regex.flags)) continue;
    for (const use of binding.references) {
      const member = source.parents.get(use);
      const name = member?.type === "MemberExpression" ? keyName(member.property, member.computed) : undefined;
      if (name === "test" || name === "exec")
        yield report(use, binding.name, `remembers its last ${name}() (flag ${value.regex.flags})`);
    }
  }
}
