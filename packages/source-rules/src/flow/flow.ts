/**
 * Follows the values of a file from where they enter to where they are written to, one file at a time, in source order.
 *
 * F1 A value has an origin (origin.ts) when it belongs to the run's inputs, its context or a module variable.
 * F2 A shallow copy keeps the origin of what it holds: writing two levels down is still a write to the original.
 * F3 Functions declared in the file are followed into; calls to anything else return a fresh value.
 * The walk is repeated until no function gets a new origin as argument or result, at most {@link ROUNDS_MAX} times.
 */
import type { AnyNode, CallExpression, Identifier, Node, Program } from "acorn";
import { globalPathOf } from "../syntax/global-path.ts";
import type { Binding, Scopes } from "../syntax/scope.ts";
import { type AnyFunction, childrenOf, isFunction, keyName } from "../syntax/walk.ts";
import {
  CALLBACK_ELEMENTS,
  COPIES_FIRST_ARGUMENT,
  COPYING,
  ELEMENT_METHODS,
  GROUPS_FIRST_ARGUMENT,
  isMutating,
  RETURNS_FIRST_ARGUMENT,
  VIEW_METHODS,
  WRITES_FIRST_ARGUMENT,
} from "./methods.ts";
import { containerOf, copyOf, eitherOf, memberOf, type Origin, rootOrigin, withField } from "./origin.ts";
import { runFunctionsIn } from "./run-functions.ts";
import { moduleBindingOfThis } from "./this-binding.ts";

/** Each round lets an origin pass one more local call; helpers of helpers of helpers are rare in a node. */
const ROUNDS_MAX = 4;

/** `Array.prototype.sort.call(list)` and its like. */
const PROTOTYPE_CALL = /\.prototype\.(\w+)\.(?:call|apply)$/;

function isBuiltIn(path: string): boolean {
  const lists = [WRITES_FIRST_ARGUMENT, COPIES_FIRST_ARGUMENT, GROUPS_FIRST_ARGUMENT, RETURNS_FIRST_ARGUMENT];
  return lists.some((names) => names.has(path)) || PROTOTYPE_CALL.test(path);
}

/** A write to a value that has an origin, or to a variable. */
export interface Write {
  readonly node: Node;
  /** The function the write stands in; `undefined` while the module is being set up. */
  readonly inside: AnyFunction | undefined;
  readonly origin: Origin;
  /** How it is written: `"assigns"`, or the name of the method that changes it. */
  readonly how: string;
}

export interface Flow {
  readonly writes: readonly Write[];
  readonly originOf: (node: Node) => Origin | undefined;
  /** The `run` functions of the nodes defined in the file. */
  readonly runs: ReadonlySet<AnyFunction>;
}

export function flowOf(program: Program, scopes: Scopes, parents: ReadonlyMap<Node, AnyNode>): Flow {
  const runs = runFunctionsIn(program, scopes);
  const tracer = new Tracer(scopes, parents, runs);
  for (let round = 0; round < ROUNDS_MAX; round += 1) if (!tracer.walk(program)) break;
  return { writes: tracer.writes, originOf: (node) => tracer.origins.get(node), runs };
}

class Tracer {
  writes: Write[] = [];
  origins = new Map<Node, Origin>();
  readonly #scopes: Scopes;
  readonly #parents: ReadonlyMap<Node, AnyNode>;
  readonly #runs: ReadonlySet<AnyFunction>;
  readonly #argumentsOf = new Map<AnyFunction, (Origin | undefined)[]>();
  readonly #resultOf = new Map<AnyFunction, Origin>();
  #variables = new Map<Binding, Origin | undefined>();
  #functions: AnyFunction[] = [];
  #learned = false;

  constructor(scopes: Scopes, parents: ReadonlyMap<Node, AnyNode>, runs: ReadonlySet<AnyFunction>) {
    this.#scopes = scopes;
    this.#parents = parents;
    this.#runs = runs;
  }

  /** One round; `true` when it learned something that an earlier part of the file needs. */
  walk(program: Program): boolean {
    this.writes = [];
    this.origins = new Map();
    this.#variables = new Map();
    this.#learned = false;
    this.#visit(program);
    return this.#learned;
  }

  /** Visits a node and gives the origin of its value, if it is an expression that has one. */
  #visit(node: AnyNode): Origin | undefined {
    const origin = this.#evaluate(node);
    if (origin !== undefined) this.origins.set(node, origin);
    return origin;
  }

  #evaluate(node: AnyNode): Origin | undefined {
    if (isFunction(node)) return this.#enter(node, this.#argumentsOf.get(node) ?? []);
    switch (node.type) {
      case "Identifier":
        return this.#variable(node);
      case "ThisExpression": {
        const binding = moduleBindingOfThis(node, this.#scopes, this.#parents);
        return binding && rootOrigin({ kind: "module", binding });
      }
      case "MemberExpression": {
        const object = this.#visit(node.object);
        if (node.computed) this.#visit(node.property);
        return memberOf(object, keyName(node.property, node.computed));
      }
      case "CallExpression":
        return this.#call(node);
      case "NewExpression":
        return this.#construct(node);
      case "ObjectExpression":
        return this.#object(node);
      case "ArrayExpression": {
        let rest: Origin | undefined;
        for (const element of node.elements) {
          if (element === null) continue;
          const origin = this.#visit(element.type === "SpreadElement" ? element.argument : element);
          rest = eitherOf(rest, element.type === "SpreadElement" ? memberOf(origin, undefined) : origin);
        }
        return containerOf(new Map(), rest);
      }
      case "AwaitExpression":
      case "ParenthesizedExpression":
        return this.#visit(node.type === "AwaitExpression" ? node.argument : node.expression);
      case "ChainExpression":
        return this.#visit(node.expression);
      case "SequenceExpression":
        return node.expressions.map((part) => this.#visit(part)).at(-1);
      case "ConditionalExpression":
        this.#visit(node.test);
        return eitherOf(this.#visit(node.consequent), this.#visit(node.alternate));
      case "LogicalExpression":
        return eitherOf(this.#visit(node.left), this.#visit(node.right));
      case "AssignmentExpression": {
        const value = this.#visit(node.right);
        this.#assign(node.left, node.operator === "=" ? value : undefined, node);
        return value;
      }
      case "UpdateExpression":
        this.#assign(node.argument, undefined, node);
        return undefined;
      case "UnaryExpression":
        if (node.operator === "delete") this.#assign(node.argument, undefined, node);
        else this.#visit(node.argument);
        return undefined;
      case "VariableDeclarator":
        this.#bind(node.id, node.init ? this.#visit(node.init) : undefined);
        return undefined;
      case "ForOfStatement": {
        const list = this.#visit(node.right);
        const target = node.left.type === "VariableDeclaration" ? node.left.declarations[0]?.id : node.left;
        if (target !== undefined) this.#bind(target, memberOf(list, undefined));
        this.#visit(node.body);
        return undefined;
      }
      case "ReturnStatement":
        if (node.argument) this.#result(this.#visit(node.argument));
        return undefined;
      default:
        for (const child of childrenOf(node)) this.#visit(child);
        return undefined;
    }
  }

  #variable(identifier: Identifier): Origin | undefined {
    const binding = this.#scopes.bindingOf(identifier);
    if (binding === undefined) return undefined;
    if (binding.scope !== this.#scopes.module) return this.#variables.get(binding);
    return rootOrigin({ kind: "module", binding });
  }

  #object(node: AnyNode & { type: "ObjectExpression" }): Origin | undefined {
    const fields = new Map<string, Origin | undefined>();
    let rest: Origin | undefined;
    for (const property of node.properties) {
      if (property.type === "SpreadElement") {
        const spread = copyOf(this.#visit(property.argument))?.copy;
        rest = eitherOf(rest, spread?.rest);
        for (const [name, field] of spread?.fields ?? []) fields.set(name, field);
      } else {
        if (property.computed) this.#visit(property.key);
        const name = keyName(property.key, property.computed);
        const value = this.#visit(property.value);
        if (name !== undefined) fields.set(name, value);
        else rest = eitherOf(rest, value);
      }
    }
    return containerOf(fields, rest);
  }

  #construct(node: AnyNode & { type: "NewExpression" }): Origin | undefined {
    this.#visit(node.callee as AnyNode);
    const values = node.arguments.map((argument) => this.#visit(argument));
    const name = globalPathOf(node.callee, this.#scopes);
    const first = node.arguments[0];
    const sharesMemory = first?.type === "MemberExpression" && keyName(first.property, first.computed) === "buffer";
    if (name !== undefined && sharesMemory && /(?:Array|DataView)$/.test(name)) return values[0];
    if (name === "Map") return containerOf(new Map(), memberOf(memberOf(values[0], undefined), undefined));
    return name === "Set" || name === "Array" ? copyOf(values[0]) : undefined;
  }

  #call(node: CallExpression): Origin | undefined {
    const callee = node.callee as AnyNode;
    const path = globalPathOf(callee, this.#scopes);
    if (path !== undefined && isBuiltIn(path)) return this.#callBuiltIn(node, path);
    if (callee.type === "MemberExpression") return this.#callMethod(node, callee);
    const target = this.#localFunction(callee);
    this.#visit(callee);
    const values = node.arguments.map((argument) => this.#visit(argument));
    if (target === undefined) return undefined;
    this.#pass(target, values);
    return this.#resultOf.get(target);
  }

  #callBuiltIn(node: CallExpression, path: string): Origin | undefined {
    const [first, callback] = node.arguments;
    if (path === "Array.from" && first !== undefined && isFunction(callback)) {
      const element = memberOf(this.#visit(first), undefined);
      return containerOf(new Map(), this.#enter(callback, [element]));
    }
    const values = node.arguments.map((argument) => this.#visit(argument));
    const method = PROTOTYPE_CALL.exec(path)?.[1];
    if (WRITES_FIRST_ARGUMENT.has(path) || (method !== undefined && isMutating(method))) {
      this.#write(node, values[0], method ?? path);
    }
    if (path === "Object.assign") return eitherOf(values[0], containerOf(new Map(), memberOf(values[1], undefined)));
    if (GROUPS_FIRST_ARGUMENT.has(path)) return containerOf(new Map(), copyOf(values[0]));
    if (COPIES_FIRST_ARGUMENT.has(path)) return copyOf(values[0]);
    return RETURNS_FIRST_ARGUMENT.has(path) ? values[0] : undefined;
  }

  #callMethod(node: CallExpression, callee: AnyNode & { type: "MemberExpression" }): Origin | undefined {
    const receiver = this.#visit(callee);
    const object = this.origins.get(callee.object);
    const name = keyName(callee.property, callee.computed) ?? "";
    if (isMutating(name)) this.#write(node, object, name);
    const callback = node.arguments[0];
    const results: (Origin | undefined)[] = [];
    const leading = CALLBACK_ELEMENTS.get(name);
    const element = memberOf(object, undefined);
    node.arguments.forEach((argument, index) => {
      const target = this.#localFunction(argument);
      if (index > 0 || target === undefined || (leading === undefined && name !== "reduce")) {
        this.#visit(argument);
        return;
      }
      const start = node.arguments[1];
      const given = name === "reduce" ? [start && this.#visit(start), element] : new Array(leading).fill(element);
      if (argument === target) results.push(this.#enter(target, given));
      else {
        this.#pass(target, given);
        results.push(this.#resultOf.get(target));
      }
    });
    if (name === "map" && callback !== undefined) return containerOf(new Map(), results[0]);
    if (name === "flatMap" && callback !== undefined) return containerOf(new Map(), memberOf(results[0], undefined));
    if (name === "reduce") return node.arguments[1] && this.origins.get(node.arguments[1]);
    if (object === undefined) return undefined;
    if (COPYING.has(name)) return copyOf(object);
    if (ELEMENT_METHODS.has(name)) return element;
    return VIEW_METHODS.has(name) ? (name === "column" ? receiver : object) : undefined;
  }

  /** The function a callee or callback means, where it is written in this file. */
  #localFunction(node: AnyNode): AnyFunction | undefined {
    if (isFunction(node)) return node;
    const binding = node.type === "Identifier" ? this.#scopes.bindingOf(node) : undefined;
    const value = binding?.path.length === 0 ? (binding.value as AnyNode | undefined) : undefined;
    return isFunction(value) ? value : undefined;
  }

  /** Notes the arguments of a call, for the next round. */
  #pass(target: AnyFunction, values: readonly (Origin | undefined)[]): void {
    const known = this.#argumentsOf.get(target) ?? [];
    const joined = target.params.map((_, index) => eitherOf(known[index], values[index]));
    if (joined.some((origin, index) => (origin === undefined) !== (known[index] === undefined))) this.#learned = true;
    this.#argumentsOf.set(target, joined);
  }

  #enter(target: AnyFunction, values: readonly (Origin | undefined)[]): Origin | undefined {
    const isRun = this.#runs.has(target);
    target.params.forEach((parameter, index) => {
      const kind = index === 0 ? "inputs" : "context";
      this.#bind(parameter, isRun && index < 2 ? rootOrigin({ kind }) : values[index]);
    });
    this.#functions.push(target);
    const value = this.#visit(target.body);
    if (target.type === "ArrowFunctionExpression" && target.expression) this.#result(value);
    this.#functions.pop();
    return this.#resultOf.get(target);
  }

  #result(origin: Origin | undefined): void {
    const target = this.#functions.at(-1);
    if (target === undefined || origin === undefined || origin.root.kind === "module") return;
    if (!this.#resultOf.has(target)) this.#learned = true;
    this.#resultOf.set(target, eitherOf(this.#resultOf.get(target), origin) ?? origin);
  }

  /** Gives every name of a pattern its origin. */
  #bind(pattern: Node, origin: Origin | undefined): void {
    const node = pattern as AnyNode;
    switch (node.type) {
      case "Identifier": {
        const binding = this.#scopes.bindingOf(node);
        if (binding !== undefined) this.#variables.set(binding, origin);
        if (origin !== undefined) this.origins.set(node, origin);
        return;
      }
      case "ObjectPattern":
        for (const property of node.properties) {
          if (property.type === "RestElement") this.#bind(property.argument, copyOf(origin));
          else this.#bind(property.value, memberOf(origin, keyName(property.key, property.computed)));
        }
        return;
      case "ArrayPattern":
        for (const element of node.elements) if (element !== null) this.#bind(element, memberOf(origin, undefined));
        return;
      case "AssignmentPattern":
        this.#bind(node.left, eitherOf(origin, this.#visit(node.right)));
        return;
      case "RestElement":
        this.#bind(node.argument, containerOf(new Map(), origin));
        return;
      default:
        this.#assign(node, origin, node);
    }
  }

  #assign(target: Node, value: Origin | undefined, at: Node): void {
    const left = target as AnyNode;
    if (left.type === "MemberExpression") {
      const object = this.#visit(left.object);
      if (left.computed) this.#visit(left.property);
      this.#write(at, object, "assigns", keyName(left.property, left.computed));
      this.#setField(left.object, keyName(left.property, left.computed), value);
    } else if (left.type === "Identifier") {
      const binding = this.#scopes.bindingOf(left);
      if (binding?.scope === this.#scopes.module) this.#write(at, rootOrigin({ kind: "module", binding }), "assigns");
      else if (binding !== undefined) this.#variables.set(binding, value);
    } else if (left.type === "ChainExpression") this.#assign(left.expression, value, at);
    else this.#bind(left, value);
  }

  /** After `copy.name = value` the copy's field is `value`; `a.b.name = …` updates `a` along the way. */
  #setField(object: AnyNode, name: string | undefined, value: Origin | undefined): void {
    const origin = this.origins.get(object);
    if (origin?.copy === undefined || name === undefined) return;
    const updated = withField(origin, name, value);
    this.origins.set(object, updated);
    if (object.type === "Identifier") {
      const binding = this.#scopes.bindingOf(object);
      if (binding !== undefined) this.#variables.set(binding, updated);
    } else if (object.type === "MemberExpression") {
      this.#setField(object.object, keyName(object.property, object.computed), updated);
    }
  }

  #write(node: Node, origin: Origin | undefined, how: string, member?: string): void {
    if (origin === undefined || origin.copy !== undefined) return;
    const written = member === undefined ? origin : (memberOf(origin, member) ?? origin);
    this.writes.push({ node, inside: this.#functionAround(node), origin: written, how });
  }

  #functionAround(node: Node): AnyFunction | undefined {
    for (let at = this.#parents.get(node); at !== undefined; at = this.#parents.get(at)) if (isFunction(at)) return at;
    return undefined;
  }
}
