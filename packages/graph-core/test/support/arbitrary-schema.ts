/**
 * Random slot schemas with random values: some that fit, some that nearly fit, some that are anything.
 */
import fc from "fast-check";
import { z } from "zod";
import { CandidateBatch } from "../../src/values/candidate-batch.ts";
import { F64Column } from "../../src/values/columns.ts";
import { IdColumn } from "../../src/values/id-columns.ts";
import { candidateBatchSchema, columnSchema } from "../../src/values/schema-kinds.ts";

export interface SchemaCase {
  readonly schema: z.ZodType;
  /** The same schema with every object strict and nothing that rewrites values: what S1 compares with. */
  readonly strict: z.ZodType;
  /** Values that the schema accepts and gives back unchanged. */
  readonly fitting: fc.Arbitrary<unknown>;
  /** Shown when a property fails. */
  readonly text: string;
}

const FIELD_NAMES = ["a", "b", "c", "long name", "0"];

/** Values that look right and are not. */
export const junk: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  0,
  1.5,
  2 ** 60,
  "",
  "x",
  "\ud800",
  " x ",
  true,
  null,
  undefined,
  7n,
  [],
  {},
  [1],
  { a: 1 },
  new Date(0),
  new Map(),
  () => 1,
  Symbol("s"),
  F64Column.from([1, Number.NaN]),
  F64Column.from([1]),
);

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const text = fc.string({ unit: "binary", maxLength: 6 });

function leaf(schema: z.ZodType, fitting: fc.Arbitrary<unknown>, name: string, strict = schema): SchemaCase {
  return { schema, strict, fitting, text: name };
}

/** A schema that accepts the strings that `schema` gives back as they are. */
function unchanged(schema: z.ZodType<string>): z.ZodType {
  return z.string().refine((value) => schema.safeParse(value).data === value);
}

const column = fc.array(finite, { maxLength: 4 }).map((values) => F64Column.from(values));
const batch = fc
  .uniqueArray(fc.nat(50), { maxLength: 4 })
  .chain((ids) =>
    fc
      .array(finite, { minLength: ids.length, maxLength: ids.length })
      .map((scores) => CandidateBatch.of(IdColumn.from(ids), { score: F64Column.from(scores) })),
  );

const leaves: readonly SchemaCase[] = [
  leaf(z.null(), fc.constant(null), "null"),
  leaf(z.boolean(), fc.boolean(), "boolean"),
  leaf(z.string(), text, "string"),
  leaf(z.string().min(1).max(4), fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 4 }), "string 1…4"),
  leaf(z.string().regex(/^[a-z]*$/g), fc.string({ unit: fc.constantFrom("a", "z"), maxLength: 4 }), "/[a-z]*/g"),
  leaf(
    z.string().trim(),
    fc.string({ unit: fc.constantFrom("a", "z"), maxLength: 4 }),
    "trimmed",
    unchanged(z.string().trim()),
  ),
  leaf(z.email(), fc.constantFrom("a@b.co", "x.y@z.org"), "email"),
  leaf(z.url(), fc.constantFrom("https://a.example/", "http://b.example/c"), "url", unchanged(z.url())),
  leaf(z.number(), finite, "number"),
  leaf(z.coerce.number(), finite, "coerced number", z.number()),
  leaf(z.number().default(3), finite, "number with default", z.number()),
  leaf(z.number().min(-1).max(1e9), fc.double({ min: -1, max: 1e9, noNaN: true }), "number -1…1e9"),
  leaf(
    z.number().gt(0).lt(9),
    fc.double({ min: 0, max: 9, minExcluded: true, maxExcluded: true, noNaN: true }),
    "0<n<9",
  ),
  leaf(z.int(), fc.maxSafeInteger(), "int"),
  leaf(z.int32().nonnegative(), fc.nat(), "int32 ≥ 0"),
  leaf(
    z.number().multipleOf(5),
    fc.integer({ min: -9, max: 9 }).map((n) => n * 5 || 0),
    "multiple of 5",
  ),
  leaf(
    z.number().refine((n) => n !== 1),
    finite.filter((n) => n !== 1),
    "number ≠ 1",
  ),
  leaf(z.bigint(), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), "bigint"),
  leaf(z.bigint().min(0n), fc.bigInt({ min: 0n, max: 2n ** 70n }), "bigint ≥ 0"),
  leaf(z.literal(["x", 0, true, null, 7n]), fc.constantFrom<unknown>("x", 0, -0, true, null, 7n), "literals"),
  leaf(z.enum(["p", "q"]), fc.constantFrom("p", "q"), "enum"),
  leaf(z.enum("abcdefghijkl".split("")), fc.constantFrom(..."abcdefghijkl"), "long enum"),
  leaf(
    z.templateLiteral(["n", z.int()]),
    fc.nat().map((n) => `n${n}`),
    "template",
  ),
  leaf(columnSchema("f64"), column, "f64 column"),
  leaf(candidateBatchSchema({ score: "f64" }), batch, "batch"),
];

export const schemaCase: fc.Arbitrary<SchemaCase> = fc.letrec<{ any: SchemaCase }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, depthIdentifier: "schema" },
    { weight: 3, arbitrary: fc.constantFrom(...leaves) },
    { weight: 3, arbitrary: objectCase(tie("any")) },
    { weight: 1, arbitrary: tie("any").map(arrayCase) },
    {
      weight: 1,
      arbitrary: fc
        .array(tie("any"), { maxLength: 3 })
        .chain((items) => fc.boolean().map((open) => tupleCase(items, open))),
    },
    { weight: 1, arbitrary: tie("any").map(recordCase) },
    { weight: 1, arbitrary: tie("any").map(enumRecordCase) },
    { weight: 1, arbitrary: fc.array(tie("any"), { minLength: 1, maxLength: 3 }).map(unionCase) },
    { weight: 1, arbitrary: fc.tuple(tie("any"), tie("any")).map(taggedCase) },
    { weight: 1, arbitrary: tie("any").map(nullableCase) },
    { weight: 1, arbitrary: tie("any").map((inner) => ({ ...inner, ...both([inner], ([each]) => each.readonly()) })) },
  ),
})).any;

/** A schema and its strict twin, put together in the same way from inner cases. */
function both(
  inner: readonly SchemaCase[],
  make: (schemas: [z.ZodType, ...z.ZodType[]], strict: boolean) => z.ZodType,
): Pick<SchemaCase, "schema" | "strict"> {
  const schemas = inner.map((each) => each.schema);
  const stricts = inner.map((each) => each.strict);
  return { schema: make(schemas as [z.ZodType], false), strict: make(stricts as [z.ZodType], true) };
}

function objectCase(member: fc.Arbitrary<SchemaCase>): fc.Arbitrary<SchemaCase> {
  const field = fc.record({
    name: fc.constantFrom(...FIELD_NAMES),
    member,
    optional: fc.constantFrom("no" as const, "yes" as const, "exact" as const),
  });
  const fields = fc.uniqueArray(field, { selector: (each) => each.name, maxLength: 4 });
  return fc.tuple(fields, fc.boolean()).map(([members, strictAnyway]) => {
    const wrap = (schema: z.ZodType, optional: string): z.ZodType =>
      optional === "no" ? schema : optional === "yes" ? schema.optional() : z.exactOptional(schema);
    const make = (schemas: readonly z.ZodType[], strict: boolean): z.ZodType => {
      const wrapped = members.map(({ name, member: inner, optional }, at) => {
        const present = strict && isDefaulted(inner.schema);
        return [name, wrap(schemas[at] as z.ZodType, present ? "no" : optional)] as const;
      });
      return strict || strictAnyway
        ? z.strictObject(Object.fromEntries(wrapped))
        : z.object(Object.fromEntries(wrapped));
    };
    const fitting = members.map(({ name, member: inner, optional }) => {
      const mayBeUndefined = optional === "yes" && !isDefaulted(inner.schema);
      return [name, mayBeUndefined ? fc.oneof(inner.fitting, fc.constant(undefined)) : inner.fitting];
    });
    const required = members.filter((each) => each.optional === "no" || isDefaulted(each.member.schema));
    const texts = members.map((each) => `${each.name}${each.optional === "no" ? "" : "?"}: ${each.member.text}`);
    return {
      ...both(
        members.map((each) => each.member),
        make,
      ),
      fitting: fc.record<Record<string, unknown>>(Object.fromEntries(fitting), {
        requiredKeys: required.map((each) => each.name),
      }),
      text: `{ ${texts.join(", ")} }`,
    };
  });
}

/** zod puts a default in for what is missing, so a complete value has it. */
function isDefaulted(schema: z.ZodType): boolean {
  return schema._zod.optin === "defaulted";
}

function arrayCase(inner: SchemaCase): SchemaCase {
  return {
    ...both([inner], ([element]) => z.array(element).max(4)),
    fitting: fc.array(inner.fitting, { maxLength: 4 }),
    text: `(${inner.text})[] ≤ 4`,
  };
}

function tupleCase(items: readonly SchemaCase[], open: boolean): SchemaCase {
  const fixed = fc.tuple(...items.map((item) => item.fitting));
  const rest = fc.array(text, { maxLength: 2 });
  return {
    ...both(items, (schemas) => (open ? z.tuple(schemas, z.string()) : z.tuple(schemas))),
    fitting: open ? fc.tuple(fixed, rest).map(([first, others]) => [...first, ...others]) : fixed,
    text: `[${items.map((item) => item.text).join(", ")}${open ? ", …string" : ""}]`,
  };
}

function recordCase(inner: SchemaCase): SchemaCase {
  const key = fc.string({ unit: "binary", maxLength: 3 }).filter((name) => name !== "__proto__");
  return {
    ...both([inner], ([member]) => z.record(z.string(), member)),
    fitting: fc.dictionary(key, inner.fitting, { maxKeys: 3, noNullPrototype: true }),
    text: `record of ${inner.text}`,
  };
}

function enumRecordCase(inner: SchemaCase): SchemaCase {
  return {
    ...both([inner], ([member]) => z.record(z.enum(["p", "q"]), member)),
    fitting: fc.record({ p: inner.fitting, q: inner.fitting }),
    text: `record p, q of ${inner.text}`,
  };
}

/** Defaults inside a union are outside the universe: which option would fill in is a matter of order. */
function unionCase(given: readonly SchemaCase[]): SchemaCase {
  const options = given.filter((option) => !isDefaulted(option.schema));
  if (options.length === 0) return nullableCase(given[0] as SchemaCase);
  return {
    ...both(options, (schemas) => z.union(schemas)),
    fitting: fc.oneof(...options.map((option) => option.fitting)),
    text: options.map((option) => `(${option.text})`).join(" | "),
  };
}

function taggedCase([left, right]: [SchemaCase, SchemaCase]): SchemaCase {
  const make = ([first, second]: readonly z.ZodType[], strict: boolean): z.ZodType => {
    const object = strict ? z.strictObject : z.object;
    return z.discriminatedUnion("kind", [
      object({ kind: z.literal("left"), value: first as z.ZodType }),
      object({ kind: z.enum(["right", "other"]), value: second as z.ZodType }),
    ]);
  };
  return {
    ...both([left, right], make),
    fitting: fc.oneof(
      left.fitting.map((value) => ({ kind: "left", value })),
      right.fitting.map((value) => ({ kind: "right", value })),
    ),
    text: `(left: ${left.text} | right: ${right.text})`,
  };
}

function nullableCase(inner: SchemaCase): SchemaCase {
  return {
    ...both([inner], ([each]) => each.nullable()),
    fitting: fc.oneof(inner.fitting, fc.constant(null)),
    text: `${inner.text} | null`,
  };
}

/** A value that fits, with one place changed: replaced, removed, or a key added. */
export function nearly(fitting: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(fitting, fc.nat(), junk, fc.constantFrom("replace", "remove", "add"))
    .map(([value, at, other, how]) => {
      const places = placesIn(value);
      const { holder, key } = places[at % places.length] as Place;
      if (holder === undefined) return other;
      const changed = structuralCopy(value);
      const target = holder.reduce<unknown>(
        (inside, step) => (inside as Record<string, unknown>)[step],
        changed,
      ) as Record<string, unknown>;
      if (how === "replace") target[key] = other;
      else if (how === "add") target[Array.isArray(target) ? String(target.length) : "extra"] = other;
      else if (Array.isArray(target)) target.splice(Number(key), 1);
      else delete target[key];
      return changed;
    });
}

interface Place {
  /** Keys on the way to the record or array; `undefined` for the whole value. */
  readonly holder: readonly string[] | undefined;
  readonly key: string;
}

function placesIn(value: unknown): Place[] {
  const places: Place[] = [{ holder: undefined, key: "" }];
  const walk = (inside: unknown, path: readonly string[]): void => {
    if (!isPlain(inside)) return;
    for (const key of Object.keys(inside)) {
      places.push({ holder: path, key });
      walk(inside[key], [...path, key]);
    }
  };
  walk(value, []);
  return places;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}

/** A copy of records and arrays; everything else is shared. Keeps -0, undefined fields and key order. */
export function structuralCopy<Value>(value: Value): Value {
  if (!isPlain(value)) return value;
  if (Array.isArray(value)) return value.map(structuralCopy) as Value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, structuralCopy(member)])) as Value;
}

/** A schema and a value for it, of any of the three sorts. */
export const schemaAndValue: fc.Arbitrary<readonly [SchemaCase, unknown]> = schemaCase.chain((each) =>
  fc
    .oneof(
      { weight: 2, arbitrary: each.fitting },
      { weight: 3, arbitrary: nearly(each.fitting) },
      { weight: 1, arbitrary: fc.anything() },
    )
    .map((value) => [shown(each), value] as const),
);

/** A schema and a value that fits it. */
export const schemaAndFitting: fc.Arbitrary<readonly [SchemaCase, unknown]> = schemaCase.chain((each) =>
  each.fitting.map((value) => [shown(each), value] as const),
);

function shown(each: SchemaCase): SchemaCase {
  return Object.assign({ ...each }, { [fc.toStringMethod]: () => each.text });
}
