import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { GraphError } from "../contract/error.ts";
import { slot } from "../contract/slot.ts";
import { CandidateBatch } from "../values/candidate-batch.ts";
import { columnValues } from "../values/column.ts";
import { F64Column, I32Column } from "../values/columns.ts";
import { IdColumn } from "../values/id-columns.ts";
import { candidateBatchSchema, columnSchema } from "../values/schema-kinds.ts";
import { ByteWriter } from "./byte-writer.ts";
import { compiledSlot, compileSchema } from "./compile-schema.ts";

const User = z.object({
  id: z.int().min(0),
  tags: z.array(z.string().min(2)).max(3),
  plan: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("free") }),
    z.object({ kind: z.literal("paid"), priceMicros: z.number() }),
  ]),
  note: z.string().optional(),
});
const user = { id: 7, tags: ["ab"], plan: { kind: "paid", priceMicros: 5 } };

test("a failure names the place, what was expected and what was found", () => {
  const { check } = compileSchema(User);
  expect(check(user)).toBeUndefined();
  const failures = [
    { ...user, id: -1 },
    { ...user, id: Number.NaN },
    { ...user, tags: ["ab", "c"] },
    { ...user, tags: ["ab", "ab", "ab", "ab"] },
    { ...user, plan: { kind: "paid", priceMicros: Number.POSITIVE_INFINITY } },
    { ...user, plan: { kind: "gold" } },
    { ...user, extra: 1 },
    { id: 7, plan: user.plan },
    new Map(),
  ].map(check);
  expect(failures).toEqual([
    { path: "id", expected: "a number >= 0", found: "-1" },
    { path: "id", expected: "a finite number", found: "NaN" },
    { path: "tags[1]", expected: "at least 2 characters", found: "a string of 1 characters" },
    { path: "tags", expected: "at most 3 elements", found: "an array of 4" },
    { path: "plan.priceMicros", expected: "a finite number", found: "Infinity" },
    { path: "plan.kind", expected: 'one of "free", or one of "paid"', found: "a string of 4 characters" },
    { path: "extra", expected: "no such key", found: "1" },
    { path: "tags", expected: "an array", found: "nothing" },
    { path: "", expected: "a plain object", found: "an instance of Map" },
  ]);
});

test("a failure never repeats what a string says", () => {
  const failure = compileSchema(z.object({ email: z.email() })).check({ email: "secret" });
  expect(JSON.stringify(failure)).not.toContain("secret");
});

test("class instances, subclassed arrays and hidden fields are no plain values", () => {
  const { check } = compileSchema(z.object({ n: z.number(), list: z.array(z.number()).optional() }));
  class Counter {
    n = 1;
  }
  class Numbers extends Array<number> {}
  expect(check(new Counter())).toMatchObject({ found: "an instance of Counter" });
  expect(check({ n: 1, list: Numbers.from([1]) })).toMatchObject({ path: "list" });
  expect(check(Object.defineProperty({}, "n", { value: 1 }))).toMatchObject({
    path: "n",
    expected: "an enumerable field",
  });
  expect(check(Object.assign(Object.create(null), { n: 1 }))).toBeUndefined();
});

test("a value that zod would rewrite does not fit: a slot's value is complete", () => {
  const rewritten: readonly (readonly [z.ZodType, unknown, unknown])[] = [
    [z.string().trim(), " x ", "x"],
    [z.string().toLowerCase(), "X", "x"],
    [z.url(), " https://a.example/ ", "https://a.example/"],
    [z.coerce.number(), "5", 5],
    [z.object({ n: z.number().default(3) }), {}, { n: 3 }],
    [z.object({ n: z.number().default(3).optional() }), {}, { n: 3 }],
    [z.object({ n: z.number() }), { n: 1, extra: 2 }, { n: 1 }],
  ];
  for (const [schema, before, after] of rewritten) {
    expect(schema.parse(before)).toEqual(after);
    expect(compileSchema(schema).check(before)).toBeDefined();
    expect(compileSchema(schema).check(after)).toBeUndefined();
  }
});

test("a record cannot carry a key named __proto__, which zod drops", () => {
  const { check } = compileSchema(z.record(z.string(), z.number()));
  expect(check(JSON.parse('{"a":1}'))).toBeUndefined();
  expect(check(JSON.parse('{"a":1,"__proto__":1}'))).toMatchObject({ path: "__proto__", expected: "no such key" });
});

test("a value that changes while it is looked at does not fit", () => {
  let reads = 0;
  const shifty = {
    get n() {
      return reads++ === 0 ? "first" : 1;
    },
  };
  expect(compileSchema(z.object({ n: z.number() })).check(shifty)).toMatchObject({ found: "one that changed" });
});

test("a check that answers later is not met", () => {
  const late = z.number().refine(async () => true);
  expect(compileSchema(late).check(1)).toMatchObject({ expected: "a value that passes its refinement" });
});

test("a schema is compiled once, a slot once", () => {
  const Score = slot("score", User, { owner: "ads-ranking" });
  expect(compileSchema(User)).toBe(compileSchema(User));
  expect(compiledSlot(Score)).toBe(compiledSlot(Score));
});

test("what a schema says is in its fingerprint: order, names, types, checks and wrappers", () => {
  const schemas = [
    z.object({ a: z.number(), b: z.string() }),
    z.object({ b: z.string(), a: z.number() }),
    z.object({ a: z.number(), c: z.string() }),
    z.object({ a: z.number().min(1), b: z.string() }),
    z.object({ a: z.number().min(2), b: z.string() }),
    z.object({ a: z.int(), b: z.string() }),
    z.object({ a: z.number(), b: z.string().optional() }),
    z.object({ a: z.number(), b: z.exactOptional(z.string()) }),
    z.object({ a: z.number(), b: z.string().nullable() }),
    z.object({ a: z.number(), b: z.string().max(3) }),
    z.object({ a: z.number(), b: z.string().regex(/a/) }),
    z.object({ a: z.number(), b: z.string().regex(/b/) }),
    z.object({ a: z.number(), b: z.literal("x") }),
    z.object({ a: z.number(), b: z.literal("1") }),
    z.object({ a: z.literal(1), b: z.string() }),
    z.array(z.number()),
    z.array(z.number()).max(2),
    z.tuple([z.number()]),
    z.record(z.string(), z.number()),
    columnSchema("f64"),
    columnSchema("f32"),
    candidateBatchSchema({ a: "f64" }),
    candidateBatchSchema({ a: "f32" }),
  ];
  const prints = schemas.map((schema) => compileSchema(schema).fingerprint);
  expect(new Set(prints).size).toBe(prints.length);
  const again = z.object({ a: z.number().meta({ title: "a" }), b: z.string().describe("b") });
  expect(compileSchema(again).fingerprint).toBe(prints[0]);
});

test("a slot's fingerprint adds name and unit, not the owner; the digest uses it", () => {
  const owned = (owner: string) => slot("score", z.number(), { owner, unit: "micros" });
  const print = compiledSlot(owned("a")).fingerprint;
  expect(compiledSlot(owned("b")).fingerprint).toBe(print);
  expect(compiledSlot(slot("score", z.number(), { owner: "a", unit: "ms" })).fingerprint).not.toBe(print);
  expect(compiledSlot(slot("bid", z.number(), { owner: "a", unit: "micros" })).fingerprint).not.toBe(print);
  expect(compiledSlot(owned("a")).digest(1)).not.toBe(compileSchema(z.number()).digest(1));
});

test("bytes hold no keys, -0 is kept, and lone surrogates are not confused", () => {
  const bytes = (schema: z.ZodType, value: unknown) => {
    const out = new ByteWriter();
    compileSchema(schema).encode(value, out);
    return Buffer.from(out.finish()).toString("hex");
  };
  expect(bytes(z.object({ first: z.number(), second: z.string() }), { first: 1, second: "ab" })).toBe(
    "000000000000f03f046162",
  );
  expect(bytes(z.number(), -0)).not.toBe(bytes(z.number(), 0));
  expect(bytes(z.string(), "\ud800")).not.toBe(bytes(z.string(), "\ufffd"));
  const record = z.record(z.string(), z.number());
  expect(bytes(record, { b: 1, a: 2 })).toBe(bytes(record, { a: 2, b: 1 }));
});

test("bytes that encode did not write are refused", () => {
  const { decode } = compileSchema(User);
  const out = new ByteWriter();
  compileSchema(User).encode(user, out);
  const bytes = out.finish();
  const codeOf = (act: () => unknown): string | undefined => {
    try {
      act();
    } catch (error) {
      return (error as GraphError).code;
    }
    return undefined;
  };
  for (let length = 0; length < bytes.length; length++) {
    expect(codeOf(() => decode(bytes.subarray(0, length)))).toBe("TENON1161");
  }
  expect(codeOf(() => decode(Buffer.concat([bytes, Buffer.of(0)])))).toBe("TENON1161");
  expect(codeOf(() => compileSchema(z.boolean()).decode(Uint8Array.of(2)))).toBe("TENON1161");
  expect(codeOf(() => compileSchema(z.array(z.null())).decode(Uint8Array.of(255, 255, 255, 255, 127)))).toBe(
    "TENON1161",
  );
});

test("a union is written by the option that fits, and frozen and read as that option", () => {
  const Either = z.union([z.array(z.number()), z.array(z.array(z.string()))]);
  const { check, freeze, encode, decode } = compileSchema(Either);
  const value = [["a"], ["b"]];
  expect(check(value)).toBeUndefined();
  freeze(value);
  expect(Object.isFrozen(value[1])).toBe(true);
  const out = new ByteWriter();
  encode(value, out);
  expect(decode(out.finish())).toEqual(value);
});

test("only schemas with columns inside have arrays to guard, and every column's is among them", () => {
  expect(compileSchema(User).arraysOf).toBeUndefined();
  const Scored = z.object({
    batch: candidateBatchSchema({ score: "f64" }),
    more: z.array(columnSchema("i32")).optional(),
    best: z.union([z.number(), columnSchema("f64")]).nullable(),
  });
  const value = {
    batch: CandidateBatch.of(IdColumn.from([1, 2]), { score: F64Column.from([1, 2]) }),
    more: [I32Column.from([1]), I32Column.from([2])],
    best: F64Column.from([4]),
  };
  const arrays: ArrayBufferView[] = [];
  compileSchema(Scored).arraysOf?.(value, (array) => arrays.push(array));
  const columns = [value.batch.ids, value.batch.column("score"), ...value.more, value.best];
  expect(arrays).toEqual(columns.map((column) => columnValues(column)));
  arrays.length = 0;
  compileSchema(Scored).arraysOf?.({ batch: value.batch, best: null }, (array) => arrays.push(array));
  expect(arrays.length).toBe(2);
});

test("a schema outside the universe does not compile", () => {
  expect(() => compileSchema(z.object({ at: z.date() }))).toThrow(GraphError);
  expect(() => compileSchema(z.object({ at: z.date() }))).toThrow(/^TENON1163 .* at "at": z.date$/);
});

test("where code from strings is forbidden, closures check and freeze with the same verdicts", () => {
  const module = fileURLToPath(new URL("./compile-schema.ts", import.meta.url));
  const script = `
    import { z } from "zod";
    import { compileSchema } from ${JSON.stringify(module)};
    let forbidden = false;
    try { new Function("return 1"); } catch { forbidden = true; }
    const { check, freeze } = compileSchema(z.object({ tags: z.array(z.string()) }));
    const value = { tags: ["a"] };
    freeze(value);
    const bad = check({ tags: [1] });
    console.log(JSON.stringify([forbidden, check(value) === undefined, bad.path, Object.isFrozen(value.tags)]));`;
  const flags = ["--disallow-code-generation-from-strings", "--conditions=@tenon/source", "--input-type=module"];
  const printed = execFileSync(process.execPath, [...flags, "-e", script], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    encoding: "utf8",
  });
  expect(JSON.parse(printed)).toEqual([true, true, "tags[0]", true]);
});

test("texts are as long as zod counts them, in code points, and patterns are tested as zod does, whatever they remember", () => {
  const schemas = [
    ...[0, 1, 2, 3].flatMap((length) => [z.string().min(length), z.string().max(length), z.string().length(length)]),
    ...[/^a.c$/s, /b/g, /b/y, /\u{1f600}/u, /a\/b/].map((pattern) => z.string().regex(pattern)),
  ];
  const texts = [
    "",
    "b",
    "ab",
    "abc",
    "abcd",
    "a\nc",
    "a/b",
    "\u{1f600}",
    "\u{1f600}b",
    "\u{1f600}\u{1f600}",
    "\ud83d",
  ];
  for (const schema of schemas) {
    const { check } = compileSchema(schema);
    // Twice: a pattern may remember where it stopped.
    for (const text of [...texts, ...texts])
      expect([text, check(text) === undefined]).toEqual([text, schema.safeParse(text).success]);
  }
});
