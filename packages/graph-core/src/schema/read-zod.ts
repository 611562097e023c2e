/** Reads a zod schema into a shape, and says what of it lies outside the closed value universe. */
import { valueKindOf } from "../values/schema-kinds.ts";
import { type Field, type Literal, mayBeAbsent, type Shape, type ValueCheck } from "./shape.ts";
import { readCheck } from "./zod-checks.ts";
import { checksOf, isZodSchema, type ZodDef, type ZodSchema } from "./zod-internals.ts";

/** One place of a schema that is outside the closed value universe. */
export interface SchemaProblem {
  /** Where in the value: `user.tags[]`; `""` for the value itself. */
  readonly path: string;
  /** What stands there, as zod calls it. */
  readonly found: string;
  /** The edit that mends it. */
  readonly hint: string;
}

export interface ReadSchema {
  /** Usable only when there are no problems. */
  readonly shape: Shape;
  readonly problems: readonly SchemaProblem[];
}

const HINTS: Readonly<Record<string, string>> = {
  any: "name the type: a value of any type can be neither frozen nor encoded",
  unknown: "name the type: a value of any type can be neither frozen nor encoded",
  map: "use z.record, or an array of pairs: a Map cannot be frozen",
  set: "use z.array of distinct values: a Set cannot be frozen",
  date: 'use milliseconds since the epoch: z.int() and unit "ms"',
  undefined: "use z.null(), or .optional() on the field",
  void: "use z.null(), or .optional() on the field",
  nan: "tell absence by null or by a status, never by NaN",
  symbol: "use a string literal",
  promise: "make the node async and write the awaited value",
  function: "pass data; behaviour belongs into a resource",
  file: "pass the bytes' address or a u8 column",
  custom: "use a named type; a custom check says nothing of what the value is",
  transform: "transform in the node that writes the slot; the slot holds the result",
  pipe: "transform in the node that writes the slot; the slot holds the result",
  catch: "handle the wrong value where it enters; the slot holds the right one",
  success: "write the boolean itself: z.boolean()",
  intersection: "merge the objects with .extend()",
  lazy: "flatten the tree: an array of entries that name their parent by index",
  never: "remove the field or option: no value fits it",
};

/** Reads a schema. Never throws: what cannot be read is a problem. */
export function readSchema(schema: unknown): ReadSchema {
  const reader = new Reader();
  const shape = reader.read(schema, "");
  return { shape, problems: reader.problems };
}

class Reader {
  readonly problems: SchemaProblem[] = [];
  /** Schemas being read, to end recursion. */
  readonly #open = new Set<ZodSchema>();

  read(schema: unknown, path: string): Shape {
    if (!isZodSchema(schema)) return this.#outside(path, typeof schema, "pass a zod 4 schema");
    if (this.#open.has(schema)) return this.#outside(path, "a recursive schema", HINTS.lazy as string);
    this.#open.add(schema);
    const shape = this.#readOpen(schema, path);
    this.#open.delete(schema);
    return shape;
  }

  #readOpen(schema: ZodSchema, path: string): Shape {
    const { def } = schema._zod;
    if (valueKindOf(def.fn) !== undefined) return guarded(schema);
    const checks = checksOf(schema).map((check) => readCheck(check, def.type));
    switch (def.type) {
      case "null":
      case "boolean":
      case "string":
      case "number":
      case "bigint":
        return { kind: def.type, checks };
      case "template_literal":
        return { kind: "string", checks: [patternCheck(schema), ...checks] };
      case "literal":
      case "enum":
        return this.#literal(schema, path, checks);
      case "object":
        return this.#object(def, path, checks);
      case "array":
        return { kind: "array", element: this.read(def.element, `${path}[]`), checks };
      case "tuple":
        return this.#tuple(def, path, checks);
      case "record":
        return this.#record(def, path, checks);
      case "union":
        return this.#union(def, path, checks);
      default:
        return this.#wrapper(schema, path, checks);
    }
  }

  /** Schemas around one other schema. `default` and `prefault` are done with once a value is complete (S1). */
  #wrapper(schema: ZodSchema, path: string, checks: readonly ValueCheck[]): Shape {
    const { def, traits } = schema._zod;
    switch (def.type) {
      case "nullable":
        return { kind: "nullable", inner: this.read(def.innerType, path), checks };
      case "optional": {
        const inner = this.read(def.innerType, path);
        // zod fills a default in for what is left out, so under S1 a value cannot leave it out.
        if (isDefaulted(def.innerType)) return addChecks(inner, checks);
        return { kind: "optional", inner, exact: traits.has("$ZodExactOptional"), checks };
      }
      case "readonly":
      case "default":
      case "prefault":
        return addChecks(this.read(def.innerType, path), checks);
      case "nonoptional":
        return addChecks(required(this.read(def.innerType, path)), checks);
      default:
        return this.#outside(path, `z.${def.type}`, HINTS[def.type] ?? "use a type of the closed value universe");
    }
  }

  #literal(schema: ZodSchema, path: string, checks: readonly ValueCheck[]): Shape {
    const values: Literal[] = [];
    for (const value of schema._zod.values ?? []) {
      if (!isLiteral(value))
        this.#outside(path, `literal ${String(value)}`, HINTS[typeof value] ?? (HINTS.nan as string));
      else if (value === 0) values.push(0, -0);
      else values.push(value);
    }
    return { kind: "literal", values, checks };
  }

  #object(def: ZodDef, path: string, checks: readonly ValueCheck[]): Shape {
    const catchall = def.catchall as ZodSchema | undefined;
    if (catchall !== undefined && catchall._zod.def.type !== "never") {
      return this.#outside(path, "an object with undeclared keys", "list the keys, or use z.record for open ones");
    }
    const members = Object.entries(def.shape as Record<string, unknown>);
    return { kind: "object", fields: members.map(([name, member]) => this.#field(name, member, path)), checks };
  }

  #field(name: string, member: unknown, path: string): Field {
    const fieldPath = path === "" ? name : `${path}.${name}`;
    if (name in Object.prototype) {
      this.#outside(fieldPath, `a field named ${name}`, "choose another name: every object inherits this one");
    }
    const shape = this.read(member, fieldPath);
    return { name, shape, optional: mayBeAbsent(shape) };
  }

  #tuple(def: ZodDef, path: string, checks: readonly ValueCheck[]): Shape {
    const items = (def.items as readonly unknown[]).map((item, index) => this.read(item, `${path}[${index}]`));
    const rest = def.rest == null ? undefined : this.read(def.rest, `${path}[]`);
    return { kind: "tuple", items, rest, lengthMin: items.findLastIndex((item) => !mayBeAbsent(item)) + 1, checks };
  }

  #record(def: ZodDef, path: string, checks: readonly ValueCheck[]): Shape {
    const keySchema = def.keyType as ZodSchema;
    if (def.mode === "loose") {
      return this.#outside(path, "a loose record", "use z.record: keys that fit no rule have no declared type");
    }
    const keys = keySchema._zod.values;
    if (keys !== undefined && !def.partial) {
      const fields = [...keys].map((key) => this.#field(String(key), def.valueType, path));
      return { kind: "object", fields, checks };
    }
    const key = this.read(keySchema, `${path}{key}`);
    if (!isTextual(key))
      this.#outside(`${path}{key}`, "a key that is not a string", "use string keys: z.record(z.string(), …)");
    return { kind: "record", key, value: this.read(def.valueType, `${path}{}`), checks };
  }

  #union(def: ZodDef, path: string, checks: readonly ValueCheck[]): Shape {
    const discriminator = def.discriminator as string | undefined;
    if (discriminator === undefined && def.inclusive === false) {
      return this.#outside(path, "z.xor", "use z.union or z.discriminatedUnion");
    }
    if ((def.options as readonly unknown[]).some(isDefaulted)) {
      return this.#outside(path, "a default inside a union", "drop .default(): a slot's value is complete");
    }
    const options = (def.options as readonly unknown[]).map((option) => this.read(option, path));
    const picks = discriminator !== undefined && options.every((option) => isTagged(option, discriminator));
    return { kind: "union", options, discriminator: picks ? discriminator : undefined, checks };
  }

  #outside(path: string, found: string, hint: string): Shape {
    this.problems.push({ path, found, hint });
    return { kind: "null", checks: [] };
  }
}

function guarded(schema: ZodSchema): Shape {
  const { def } = schema._zod;
  const fits = def.fn as (value: unknown) => boolean;
  const value = valueKindOf(fits);
  if (value === undefined) throw new Error("not a guarded schema");
  // The schema's own check is `fits`; only attached ones are further conditions.
  return { kind: "guarded", value, fits, checks: (def.checks ?? []).map((check) => readCheck(check, "custom")) };
}

function patternCheck(schema: ZodSchema): ValueCheck {
  const pattern = schema._zod.pattern ?? /(?!)/;
  return {
    test: (value: string) => pattern.test(value),
    expected: `a string like ${String(pattern)}`,
    description: String(pattern),
  };
}

function isDefaulted(schema: unknown): boolean {
  return isZodSchema(schema) && schema._zod.optin === "defaulted";
}

function addChecks(shape: Shape, checks: readonly ValueCheck[]): Shape {
  return checks.length === 0 ? shape : { ...shape, checks: [...shape.checks, ...checks] };
}

/** `nonoptional` takes `undefined` away again, wherever wrappers put it. */
function required(shape: Shape): Shape {
  switch (shape.kind) {
    case "optional":
      return addChecks(required(shape.inner), shape.checks);
    case "nullable":
      return { ...shape, inner: required(shape.inner) };
    case "union":
      return { ...shape, options: shape.options.map(required) };
    default:
      return shape;
  }
}

function isLiteral(value: unknown): value is Literal {
  if (typeof value === "number") return Number.isFinite(value);
  return value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "bigint";
}

function isTextual(shape: Shape): boolean {
  if (shape.kind === "union") return shape.options.every(isTextual);
  return (
    shape.kind === "string" || (shape.kind === "literal" && shape.values.every((value) => typeof value === "string"))
  );
}

function isTagged(shape: Shape, name: string): boolean {
  if (shape.kind !== "object") return false;
  const tag = shape.fields.find((field) => field.name === name);
  return tag !== undefined && tag.shape.kind === "literal" && !tag.optional;
}
