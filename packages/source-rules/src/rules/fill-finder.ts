/**
 * Finds numbers that take the place of absent values, in everything that an expression's value is made of, within one
 * file: operands, branches, arguments, callbacks, local functions, variables and what is written to them.
 */
import type { AnyNode, Identifier, Node } from "acorn";
import { globalPathOf } from "../syntax/global-path.ts";
import type { ParsedSource } from "../syntax/parse-source.ts";
import type { Binding } from "../syntax/scope.ts";
import { isFunction, keyName, nodesIn } from "../syntax/walk.ts";

/** A place where a number stands for what is not there. */
export interface Fill {
  readonly at: AnyNode;
  /** What may be absent, where it is an expression. */
  readonly missing: AnyNode | undefined;
  readonly filler: AnyNode;
}

/** Methods that put their arguments into the receiver. */
const WRITING_METHODS = new Set(["set", "push", "fill", "append"]);
const FILLING_OPERATORS = new Set(["??", "||"]);
const FILLING_ASSIGNMENTS = new Set(["??=", "||="]);
const NAN_TESTS = new Set(["Number.isNaN", "isNaN"]);
const FINITE_TESTS = new Set(["Number.isFinite", "isFinite"]);

export class FillFinder {
  readonly #source: ParsedSource;
  /** A fill is said once, for the first feature that takes it. */
  readonly #visited = new Set<string>();

  constructor(source: ParsedSource) {
    this.#source = source;
  }

  /** `member`: the one member of the value that is asked for. */
  *fillsIn(node: AnyNode, member?: string): Iterable<Fill> {
    const visit = `${node.start} ${node.end} ${node.type} ${member ?? ""}`;
    if (this.#visited.has(visit)) return;
    this.#visited.add(visit);
    if (isFunction(node)) {
      yield* this.#returned(node, member);
      return;
    }
    switch (node.type) {
      case "LogicalExpression":
        if (FILLING_OPERATORS.has(node.operator) && !this.#isComplete(node.left))
          yield* this.#filled(node, node.left, node.right, member);
        yield* this.fillsIn(node.left, member);
        yield* this.fillsIn(node.right, member);
        return;
      case "ConditionalExpression": {
        // Two numbers are an indicator: it says whether the value is there.
        const isIndicator = [node.consequent, node.alternate].every((branch) => this.#numberIn(branch, member));
        const absent = isIndicator ? undefined : this.#absentBranch(node);
        if (absent !== undefined) yield* this.#filled(node, absent.missing, absent.branch, member);
        yield* this.fillsIn(node.consequent, member);
        yield* this.fillsIn(node.alternate, member);
        return;
      }
      case "Identifier":
        yield* this.#variable(node, member);
        return;
      case "MemberExpression":
        yield* this.fillsIn(node.object as AnyNode, keyName(node.property, node.computed));
        return;
      case "CallExpression":
      case "NewExpression":
        yield* this.fillsIn(
          node.callee.type === "MemberExpression" ? (node.callee.object as AnyNode) : (node.callee as AnyNode),
        );
        for (const argument of node.arguments) yield* this.fillsIn(argument);
        return;
      case "ObjectExpression":
        for (const property of node.properties) {
          if (property.type === "SpreadElement") yield* this.fillsIn(property.argument, member);
          else if (member === undefined || keyName(property.key, property.computed) === member)
            yield* this.fillsIn(property.value);
        }
        return;
      case "AssignmentExpression":
        yield* this.fillsIn(node.right, member);
        return;
      case "SequenceExpression":
        yield* this.fillsIn(node.expressions.at(-1) as AnyNode, member);
        return;
      case "AwaitExpression":
      case "UnaryExpression":
      case "SpreadElement":
        yield* this.fillsIn(node.argument, member);
        return;
      case "ChainExpression":
      case "ParenthesizedExpression":
        yield* this.fillsIn(node.expression, member);
        return;
      case "BinaryExpression":
        yield* this.fillsIn(node.left as AnyNode);
        yield* this.fillsIn(node.right);
        return;
      case "ArrayExpression":
        for (const element of node.elements) if (element !== null) yield* this.fillsIn(element);
        return;
    }
  }

  *#filled(at: AnyNode, missing: AnyNode | undefined, branch: AnyNode, member: string | undefined): Iterable<Fill> {
    const filler = this.#numberIn(branch, member);
    if (filler !== undefined) yield { at, missing, filler };
  }

  /** The number that an expression is, or that the asked member of an object literal is. NaN is no number: it is absence. */
  #numberIn(node: AnyNode, member: string | undefined): AnyNode | undefined {
    if (node.type === "ParenthesizedExpression") return this.#numberIn(node.expression, member);
    if (member !== undefined && node.type === "ObjectExpression") {
      for (const property of node.properties) {
        if (property.type === "Property" && keyName(property.key, property.computed) === member)
          return this.#numberIn(property.value, undefined);
      }
      return undefined;
    }
    if (node.type === "UnaryExpression" && (node.operator === "-" || node.operator === "+"))
      return this.#numberIn(node.argument, undefined) && node;
    if (node.type === "Literal") return typeof node.value === "number" ? node : undefined;
    if (node.type !== "Identifier") return undefined;
    const binding = this.#source.scopes.bindingOf(node);
    const value = binding?.kind === "const" && binding.path.length === 0 ? (binding.value as AnyNode) : undefined;
    return value?.type === "Literal" || value?.type === "UnaryExpression"
      ? this.#numberIn(value, undefined) && node
      : undefined;
  }

  /** Where every key has a value: a count that begins at nothing, an array of numbers made in this file. */
  #isComplete(node: AnyNode): boolean {
    if (node.type === "ChainExpression" || node.type === "ParenthesizedExpression")
      return this.#isComplete(node.expression);
    if (node.type === "CallExpression" && node.callee.type === "MemberExpression") {
      if (keyName(node.callee.property, node.callee.computed) !== "get") return false;
      const made = this.#madeBy(node.callee.object as AnyNode);
      return made?.name === "Map" && made.argumentCount === 0;
    }
    if (node.type !== "MemberExpression" || !node.computed) return false;
    return /Array$/.test(this.#madeBy(node.object as AnyNode)?.name ?? "");
  }

  /** The class that a variable of this file is made of with `new`. */
  #madeBy(node: AnyNode): { readonly name: string; readonly argumentCount: number } | undefined {
    const value = node.type === "Identifier" ? this.#source.scopes.bindingOf(node)?.value : undefined;
    if (value?.type !== "NewExpression") return undefined;
    const name = globalPathOf(value.callee as AnyNode, this.#source.scopes);
    return name === undefined ? undefined : { name, argumentCount: value.arguments.length };
  }

  *#returned(target: AnyNode, member: string | undefined): Iterable<Fill> {
    const { body } = target as AnyNode & { readonly body: AnyNode };
    if (body.type !== "BlockStatement") {
      yield* this.fillsIn(body, member);
      return;
    }
    for (const node of nodesIn(body, (inner) => isFunction(inner)))
      if (node.type === "ReturnStatement" && node.argument) yield* this.fillsIn(node.argument, member);
  }

  *#variable(node: Identifier, member: string | undefined): Iterable<Fill> {
    const binding = this.#source.scopes.bindingOf(node);
    if (binding === undefined) return;
    yield* this.#patternDefault(binding);
    const { value, path } = binding;
    if (value !== undefined) yield* this.fillsIn(value as AnyNode, path.length === 0 ? member : path.at(-1));
    for (const reference of binding.references) yield* this.#written(reference, member);
  }

  /** `{ clickRate = 0 }`. A parameter's own default is a setting of its function, not an absent value. */
  *#patternDefault({ identifier }: Binding): Iterable<Fill> {
    const pattern = this.#source.parents.get(identifier);
    if (pattern?.type !== "AssignmentPattern" || pattern.left !== identifier) return;
    const around = this.#source.parents.get(pattern);
    if (around?.type !== "Property" && around?.type !== "ArrayPattern") return;
    yield* this.#filled(pattern, identifier as AnyNode, pattern.right, undefined);
  }

  /** What is assigned to a variable, to an element of it, or handed to it. */
  *#written(reference: Identifier, member: string | undefined): Iterable<Fill> {
    const { parents } = this.#source;
    const above = parents.get(reference);
    const element = above?.type === "MemberExpression" && above.object === reference ? above : undefined;
    const name = element === undefined ? undefined : keyName(element.property, element.computed);
    const target: Node = element ?? reference;
    const around = parents.get(target);
    if (around?.type === "AssignmentExpression" && around.left === target) {
      if (member !== undefined && name !== undefined && name !== member) return;
      if (FILLING_ASSIGNMENTS.has(around.operator))
        yield* this.#filled(around, around.left as AnyNode, around.right, undefined);
      yield* this.fillsIn(around.right, element === undefined ? member : undefined);
    } else if (around?.type === "CallExpression" && around.callee === target && WRITING_METHODS.has(name ?? "")) {
      for (const argument of around.arguments) yield* this.fillsIn(argument);
    }
  }

  /** The branch that is taken where a value is absent, by the form of the test. */
  #absentBranch({
    test,
    consequent,
    alternate,
  }: AnyNode & { type: "ConditionalExpression" }): { readonly missing: AnyNode; readonly branch: AnyNode } | undefined {
    if (test.type === "UnaryExpression" && test.operator === "!") {
      const turned = {
        type: "ConditionalExpression",
        test: test.argument,
        consequent: alternate,
        alternate: consequent,
      };
      return this.#absentBranch(turned as AnyNode & { type: "ConditionalExpression" });
    }
    if (test.type === "BinaryExpression") {
      const isEqual = test.operator === "===" || test.operator === "==";
      if (!isEqual && test.operator !== "!==" && test.operator !== "!=") return undefined;
      const [one, other] = [test.left as AnyNode, test.right];
      for (const [missing, form] of [
        [one, other],
        [other, one],
      ] as const) {
        const says = this.#absenceSaid(missing, form);
        if (says !== undefined) return { missing, branch: isEqual === says ? consequent : alternate };
      }
      return undefined;
    }
    if (test.type === "CallExpression") {
      const path = globalPathOf(test.callee as AnyNode, this.#source.scopes) ?? "";
      const subject = test.arguments[0] as AnyNode | undefined;
      if (NAN_TESTS.has(path) && subject !== undefined) return { missing: subject, branch: consequent };
      if (FINITE_TESTS.has(path) && subject !== undefined) return { missing: subject, branch: alternate };
      const isLookUp =
        test.callee.type === "MemberExpression" && keyName(test.callee.property, test.callee.computed) === "has";
      return isLookUp ? { missing: test, branch: alternate } : undefined;
    }
    // `profile ? profile.rate : 0`
    const present = this.#source.textOf(consequent);
    const tested = this.#source.textOf(test);
    return (test.type === "Identifier" || test.type === "MemberExpression") &&
      (present === tested || present.startsWith(`${tested}.`) || present.startsWith(`${tested}[`))
      ? { missing: test, branch: alternate }
      : undefined;
  }

  /** `true`: equality with this form means that the value is absent; `false`: that it is there; else it means neither. */
  #absenceSaid(value: AnyNode, form: AnyNode): boolean | undefined {
    const isNothing =
      (form.type === "Identifier" && form.name === "undefined") || (form.type === "Literal" && form.value === null);
    if (isNothing) return true;
    if (form.type !== "Literal" || typeof form.value !== "string") return undefined;
    if (value.type === "UnaryExpression" && value.operator === "typeof") return form.value === "undefined" || undefined;
    const isStatus =
      value.type === "MemberExpression"
        ? keyName(value.property, value.computed) === "status"
        : value.type === "Identifier" && /status$/i.test(value.name);
    return isStatus ? form.value !== "ok" : undefined;
  }
}
