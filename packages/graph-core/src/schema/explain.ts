/** The checker as closures: tells where and why a value does not fit. Slower than the generated one, with equal verdicts. */
import type { LiteralShape, ObjectShape, RecordShape, Shape, TupleShape, UnionShape, ValueCheck } from "./shape.ts";

/** The first place where a value does not fit its schema. */
export interface CheckFailure {
  /** `user.tags[3]`; `""` for the value itself. */
  readonly path: string;
  readonly expected: string;
  /** What stands there: numbers as they are, strings by length only, since a slot may hold personal data. */
  readonly found: string;
}

type Explain = (value: unknown, path: string) => CheckFailure | undefined;

/** Literals named in a message before it says "…". */
const LITERALS_SHOWN_MAX = 8;

export function explainer(shape: Shape): Explain {
  const explain = explainType(shape);
  const { checks } = shape;
  if (checks.length === 0) return explain;
  return (value, path) => explain(value, path) ?? explainChecks(checks, value, path);
}

function explainChecks(checks: readonly ValueCheck[], value: unknown, path: string): CheckFailure | undefined {
  for (const { test, expected } of checks) {
    if (!test(value as never)) return { path, expected, found: describeValue(value) };
  }
  return undefined;
}

function explainType(shape: Shape): Explain {
  switch (shape.kind) {
    case "null":
      return ofType("null", (value) => value === null);
    case "boolean":
    case "string":
    case "bigint": {
      const { kind } = shape;
      return ofType(`a ${kind}`, (value) => typeof value === kind);
    }
    case "number":
      return ofType("a finite number", Number.isFinite);
    case "literal":
      return explainLiteral(shape);
    case "object":
      return explainObject(shape);
    case "array":
      return explainArray(explainer(shape.element));
    case "tuple":
      return explainTuple(shape);
    case "record":
      return explainRecord(shape);
    case "nullable": {
      const inner = explainer(shape.inner);
      return (value, path) => (value === null ? undefined : inner(value, path));
    }
    case "optional": {
      const inner = explainer(shape.inner);
      return shape.exact ? inner : (value, path) => (value === undefined ? undefined : inner(value, path));
    }
    case "union":
      return explainUnion(shape);
    case "guarded":
      return ofType(describeGuarded(shape.value.kind), shape.fits);
  }
}

function ofType(expected: string, fits: (value: unknown) => boolean): Explain {
  return (value, path) => (fits(value) ? undefined : { path, expected, found: describeValue(value) });
}

function explainLiteral({ values }: LiteralShape): Explain {
  const allowed = new Set<unknown>(values);
  const shown = [...allowed]
    .slice(0, LITERALS_SHOWN_MAX)
    .map((value) => (typeof value === "string" ? `"${value}"` : String(value)));
  const expected = `one of ${shown.join(", ")}${allowed.size > shown.length ? ", …" : ""}`;
  return ofType(expected, (value) => allowed.has(value));
}

function explainObject({ fields }: ObjectShape): Explain {
  const members = fields.map(({ name, shape, optional }) => ({ name, optional, explain: explainer(shape) }));
  const names = new Set(fields.map((field) => field.name));
  return (value, path) => {
    if (!isPlainRecord(value)) return { path, expected: "a plain object", found: describeValue(value) };
    for (const { name, optional, explain } of members) {
      const present = name in value;
      if (!present && optional) continue;
      const failure = explain(value[name], joinPath(path, name));
      if (failure !== undefined) return present ? failure : { ...failure, found: "nothing" };
      if (!present) return { path: joinPath(path, name), expected: "a value", found: "nothing" };
    }
    for (const key in value) {
      if (names.has(key)) continue;
      return { path: joinPath(path, key), expected: "no such key", found: describeValue(value[key]) };
    }
    const hidden = fields.find(({ name }) => name in value && !Object.prototype.propertyIsEnumerable.call(value, name));
    return hidden && { path: joinPath(path, hidden.name), expected: "an enumerable field", found: "a hidden one" };
  };
}

function explainArray(element: Explain): Explain {
  return (value, path) => {
    if (!isPlainArray(value)) return { path, expected: "an array", found: describeValue(value) };
    for (let index = 0; index < value.length; index++) {
      const failure = element(value[index], `${path}[${index}]`);
      if (failure !== undefined) return failure;
    }
    return undefined;
  };
}

function explainTuple({ items, lengthMin, rest }: TupleShape): Explain {
  const members = items.map(explainer);
  const restMember = rest === undefined ? undefined : explainer(rest);
  const lengthMax = rest === undefined ? items.length : Number.POSITIVE_INFINITY;
  const expected = lengthMin === lengthMax ? `an array of ${lengthMin}` : `an array of ${lengthMin} to ${lengthMax}`;
  return (value, path) => {
    if (!isPlainArray(value) || value.length < lengthMin || value.length > lengthMax) {
      return { path, expected, found: describeValue(value) };
    }
    for (let index = 0; index < value.length; index++) {
      const failure = (members[index] ?? restMember)?.(value[index], `${path}[${index}]`);
      if (failure !== undefined) return failure;
    }
    return undefined;
  };
}

function explainRecord({ key, value: member }: RecordShape): Explain {
  const explainKey = explainer(key);
  const explainMember = explainer(member);
  return (value, path) => {
    if (!isPlainRecord(value)) return { path, expected: "a plain object", found: describeValue(value) };
    if (Object.getOwnPropertySymbols(value).length > 0)
      return { path, expected: "string keys only", found: "a symbol key" };
    for (const name in value) {
      const at = joinPath(path, name);
      if (name === "__proto__") return { path: at, expected: "no such key", found: describeValue(value[name]) };
      const wrongKey = explainKey(name, at);
      if (wrongKey !== undefined) return { ...wrongKey, expected: `a key that is ${wrongKey.expected}` };
      const failure = explainMember(value[name], at);
      if (failure !== undefined) return failure;
    }
    return undefined;
  };
}

/** Reports the failure of the option that the discriminator picks, or of the one that got furthest (longest path). */
function explainUnion({ options, discriminator }: UnionShape): Explain {
  const explainers = options.map(explainer);
  return (value, path) => {
    const failures: CheckFailure[] = [];
    for (const explain of explainers) {
      const failure = explain(value, path);
      if (failure === undefined) return undefined;
      failures.push(failure);
    }
    const tag = discriminator === undefined ? undefined : joinPath(path, discriminator);
    const others = failures.filter((failure) => failure.path !== tag);
    if (tag !== undefined && others.length > 0) return others[0];
    const furthest = failures.reduce((best, each) => (each.path.length > best.path.length ? each : best));
    const sameDepth = failures.filter((failure) => failure.path === furthest.path);
    return { ...furthest, expected: [...new Set(sameDepth.map((failure) => failure.expected))].join(", or ") };
  };
}

/** Whether a value is an object without a class: only its own fields can hold state. */
export function isPlainRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function isPlainArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype;
}

function joinPath(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function describeGuarded(kind: string): string {
  const words: Readonly<Record<string, string>> = {
    column: "a finite column of its type",
    candidateBatch: "a candidate batch with exactly its columns, finite, and distinct ids",
    featureSnapshot: "a feature snapshot of its schema",
    modelScores: "model scores with finite margins",
  };
  return words[kind] ?? kind;
}

/** A short text of what a value is. Never shows the contents of a string. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `a string of ${value.length} characters`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${value}n`;
    case "boolean":
    case "undefined":
      return String(value);
    case "object":
      return describeObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function describeObject(value: object | null): string {
  if (value === null) return "null";
  if (isPlainArray(value)) return `an array of ${value.length}`;
  if (isPlainRecord(value)) return "an object";
  const { type, tenonValue } = value as { readonly type?: unknown; readonly tenonValue?: unknown };
  if (tenonValue === "column") return `a ${String(type)} column`;
  return `an instance of ${value.constructor?.name || "an unnamed class"}`;
}
