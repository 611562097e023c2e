/**
 * What JSON can say of a schema's values, and what has to be mended after `JSON.parse`.
 *
 * J1 A `bigint` travels as a JSON integer and must be safe: other readers of the topic parse it as a double.
 * J2 Whatever fits the schema comes back equal from encode and decode, but that -0 comes back as 0, and a field set to
 *    `undefined` as an absent one.
 */
import type { Shape } from "@tenon/graph-core/internal";

/** Where a schema's values cannot be written as JSON: path and why. */
export interface JsonProblem {
  readonly path: string;
  readonly problem: string;
}

/** Mends a parsed value in place of a copy where it can; what does not have the expected form is left for the check. */
export type Mend = (parsed: unknown) => unknown;

export function jsonProblems(shape: Shape, path = "", inList = true): readonly JsonProblem[] {
  if (inList && mayBeUndefined(shape)) return [{ path, problem: "may be undefined where JSON cannot leave it out" }];
  switch (shape.kind) {
    case "guarded":
      return [{ path, problem: `holds a ${shape.value.kind}, which JSON cannot say` }];
    case "union":
      return shape.options.some(holdsBigint)
        ? [{ path, problem: "has a bigint inside a union: JSON does not tell it from a number" }]
        : shape.options.flatMap((option) => jsonProblems(option, path, false));
    case "literal":
      return shape.values.some((value) => typeof value === "bigint")
        ? [{ path, problem: "has a bigint literal: write a number" }]
        : [];
    case "object":
      return shape.fields.flatMap((field) =>
        jsonProblems(field.shape, path === "" ? field.name : `${path}.${field.name}`, false),
      );
    case "array":
      return jsonProblems(shape.element, `${path}[]`);
    case "tuple":
      return (shape.rest === undefined ? shape.items : [...shape.items, shape.rest]).flatMap((item) =>
        jsonProblems(item, `${path}[]`),
      );
    case "record":
      return jsonProblems(shape.value, `${path}{}`, false);
    case "nullable":
    case "optional":
      return jsonProblems(shape.inner, path, false);
    default:
      return [];
  }
}

function mayBeUndefined(shape: Shape): boolean {
  if (shape.kind === "optional") return true;
  if (shape.kind === "nullable") return mayBeUndefined(shape.inner);
  return shape.kind === "union" && shape.options.some(mayBeUndefined);
}

export function holdsBigint(shape: Shape): boolean {
  switch (shape.kind) {
    case "bigint":
      return true;
    case "object":
      return shape.fields.some((field) => holdsBigint(field.shape));
    case "array":
      return holdsBigint(shape.element);
    case "tuple":
      return [...shape.items, ...(shape.rest === undefined ? [] : [shape.rest])].some(holdsBigint);
    case "record":
      return holdsBigint(shape.value);
    case "nullable":
    case "optional":
      return holdsBigint(shape.inner);
    case "union":
      return shape.options.some(holdsBigint);
    default:
      return false;
  }
}

/** Turns integers into the bigints they stand for. `undefined` where the schema has none: nothing to do. */
export function bigintMender(shape: Shape): Mend | undefined {
  return holdsBigint(shape) ? mender(shape, "bigints") : undefined;
}

/** As {@link bigintMender}, and drops the fields that the schema does not know, at every depth. */
export function rollbackMender(shape: Shape): Mend {
  return mender(shape, "bigintsAndUnknownFields") ?? ((parsed) => parsed);
}

type What = "bigints" | "bigintsAndUnknownFields";

function mender(shape: Shape, what: What): Mend | undefined {
  switch (shape.kind) {
    case "bigint":
      return (parsed) => (Number.isSafeInteger(parsed) ? BigInt(parsed as number) : parsed);
    case "object":
      return objectMender(shape, what);
    case "array": {
      const element = mender(shape.element, what);
      return element && ((parsed) => (Array.isArray(parsed) ? parsed.map(element) : parsed));
    }
    case "tuple": {
      const items = shape.items.map((item) => mender(item, what));
      const rest = shape.rest && mender(shape.rest, what);
      if (rest === undefined && items.every((item) => item === undefined)) return undefined;
      return (parsed) =>
        Array.isArray(parsed) ? parsed.map((item, at) => (items[at] ?? rest)?.(item) ?? item) : parsed;
    }
    case "record": {
      const member = mender(shape.value, what);
      return (
        member &&
        ((parsed) =>
          isObject(parsed)
            ? Object.fromEntries(Object.entries(parsed).map(([key, each]) => [key, member(each)]))
            : parsed)
      );
    }
    case "nullable":
    case "optional": {
      const inner = mender(shape.inner, what);
      return inner && ((parsed) => (parsed === null ? null : inner(parsed)));
    }
    case "union":
      return what === "bigints" ? undefined : unionMender(shape.options, shape.discriminator, what);
    default:
      return undefined;
  }
}

function objectMender({ fields }: Extract<Shape, { kind: "object" }>, what: What): Mend | undefined {
  const members = new Map(fields.map(({ name, shape }) => [name, mender(shape, what)]));
  if (what === "bigints" && [...members.values()].every((member) => member === undefined)) return undefined;
  return (parsed) => {
    if (!isObject(parsed)) return parsed;
    const mended: Record<string, unknown> = {};
    for (const name of Object.keys(parsed)) {
      if (!members.has(name)) {
        // The check is to find the unknown field where it stands; assigning one called __proto__ would hide it.
        if (what === "bigints") return parsed;
        continue;
      }
      const member = members.get(name);
      mended[name] = member === undefined ? parsed[name] : member(parsed[name]);
    }
    return mended;
  };
}

/** Fields are dropped by the option that the value's tag picks; without a tag the value stays as it is. */
function unionMender(options: readonly Shape[], discriminator: string | undefined, what: What): Mend | undefined {
  if (discriminator === undefined) return undefined;
  const byTag = new Map<unknown, Mend>();
  for (const option of options) {
    if (option.kind !== "object") continue;
    const tag = option.fields.find((field) => field.name === discriminator)?.shape;
    const mend = mender(option, what);
    if (tag?.kind === "literal" && mend !== undefined) for (const value of tag.values) byTag.set(value, mend);
  }
  return (parsed) => (isObject(parsed) ? (byTag.get(parsed[discriminator])?.(parsed) ?? parsed) : parsed);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
