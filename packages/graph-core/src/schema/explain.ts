/** The checker as closures: tells where and why a value does not fit. Slower than the generated one, with equal verdicts. */
import { describeValue, isPlainArray, isPlainRecord } from "./plain.ts";
import type { LiteralShape, ObjectShape, RecordShape, Shape, TupleShape, UnionShape, ValueCheck } from "./shape.ts";

/** The first place where a value does not fit its schema. */
export interface CheckFailure {
  /** `user.tags[3]`; `""` for the value itself. */
  readonly path: string;
  readonly expected: string;
  /** What stands there: numbers as they are, strings by length only, since a slot may hold personal data. */
  readonly found: string;
}

/** Paths are put together on the way out, so that a value that fits costs no strings. */
export type Explain = (value: unknown) => CheckFailure | undefined;

/** Literals named in a message before it says "…". */
const LITERALS_SHOWN_MAX = 8;

export function explainer(shape: Shape): Explain {
  const explain = explainType(shape);
  const { checks } = shape;
  if (checks.length === 0) return explain;
  return (value) => explain(value) ?? explainChecks(checks, value);
}

function explainChecks(checks: readonly ValueCheck[], value: unknown): CheckFailure | undefined {
  for (const { test, expected } of checks) if (!test(value as never)) return misfit(expected, value);
  return undefined;
}

function misfit(expected: string, value: unknown): CheckFailure {
  return { path: "", expected, found: describeValue(value) };
}

/** The failure of a member, as a failure of the whole. */
function within(step: string | number, failure: CheckFailure): CheckFailure {
  const { path } = failure;
  const head = typeof step === "number" ? `[${step}]` : step;
  return { ...failure, path: path === "" || path.startsWith("[") ? `${head}${path}` : `${head}.${path}` };
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
      return (value) => (value === null ? undefined : inner(value));
    }
    case "optional": {
      const inner = explainer(shape.inner);
      return shape.exact ? inner : (value) => (value === undefined ? undefined : inner(value));
    }
    case "union":
      return explainUnion(shape);
    case "guarded":
      return ofType(describeGuarded(shape.value.kind), shape.fits);
  }
}

function ofType(expected: string, fits: (value: unknown) => boolean): Explain {
  return (value) => (fits(value) ? undefined : misfit(expected, value));
}

function explainLiteral({ values }: LiteralShape): Explain {
  const allowed = new Set<unknown>(values);
  const shown = [...allowed].slice(0, LITERALS_SHOWN_MAX);
  const texts = shown.map((value) => (typeof value === "string" ? `"${value}"` : String(value)));
  const expected = `one of ${texts.join(", ")}${allowed.size > shown.length ? ", …" : ""}`;
  return ofType(expected, (value) => allowed.has(value));
}

function explainObject({ fields }: ObjectShape): Explain {
  const members = fields.map(({ name, shape, optional }) => ({ name, optional, explain: explainer(shape) }));
  const names = new Set(fields.map((field) => field.name));
  return (value) => {
    if (!isPlainRecord(value)) return misfit("a plain object", value);
    for (const { name, optional, explain } of members) {
      const present = name in value;
      if (!present && optional) continue;
      const failure = explain(value[name]);
      if (failure !== undefined) return within(name, present ? failure : { ...failure, found: "nothing" });
    }
    for (const key in value) if (!names.has(key)) return within(key, misfit("no such key", value[key]));
    const hidden = fields.find(({ name }) => name in value && !Object.prototype.propertyIsEnumerable.call(value, name));
    return hidden && { path: hidden.name, expected: "an enumerable field", found: "a hidden one" };
  };
}

function explainArray(element: Explain): Explain {
  return (value) => {
    if (!isPlainArray(value)) return misfit("an array", value);
    for (let index = 0; index < value.length; index++) {
      const failure = element(value[index]);
      if (failure !== undefined) return within(index, failure);
    }
    return undefined;
  };
}

function explainTuple({ items, lengthMin, rest }: TupleShape): Explain {
  const members = items.map(explainer);
  const restMember = rest === undefined ? undefined : explainer(rest);
  const lengthMax = rest === undefined ? items.length : Number.POSITIVE_INFINITY;
  const expected = lengthMin === lengthMax ? `an array of ${lengthMin}` : `an array of ${lengthMin} to ${lengthMax}`;
  return (value) => {
    if (!isPlainArray(value) || value.length < lengthMin || value.length > lengthMax) return misfit(expected, value);
    for (let index = 0; index < value.length; index++) {
      const failure = (members[index] ?? restMember)?.(value[index]);
      if (failure !== undefined) return within(index, failure);
    }
    return undefined;
  };
}

function explainRecord({ key, value: member }: RecordShape): Explain {
  const explainKey = explainer(key);
  const explainMember = explainer(member);
  return (value) => {
    if (!isPlainRecord(value)) return misfit("a plain object", value);
    const [symbol] = Object.getOwnPropertySymbols(value);
    if (symbol !== undefined) return misfit("string keys only", symbol);
    for (const name in value) {
      if (name === "__proto__") return within(name, misfit("no such key", value[name]));
      const wrongKey = explainKey(name);
      if (wrongKey !== undefined) return within(name, { ...wrongKey, expected: `a key that is ${wrongKey.expected}` });
      const failure = explainMember(value[name]);
      if (failure !== undefined) return within(name, failure);
    }
    return undefined;
  };
}

/** Reports the failure of the option that the discriminator picks, or of the one that got furthest (longest path). */
function explainUnion({ options, discriminator }: UnionShape): Explain {
  const explainers = options.map(explainer);
  return (value) => {
    const failures: CheckFailure[] = [];
    for (const explain of explainers) {
      const failure = explain(value);
      if (failure === undefined) return undefined;
      failures.push(failure);
    }
    if (discriminator !== undefined) {
      const picked = failures.find((failure) => failure.path !== discriminator);
      if (picked !== undefined) return picked;
    }
    const furthest = failures.reduce((best, each) => (each.path.length > best.path.length ? each : best));
    const sameDepth = failures.filter((failure) => failure.path === furthest.path);
    return { ...furthest, expected: [...new Set(sameDepth.map((failure) => failure.expected))].join(", or ") };
  };
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
