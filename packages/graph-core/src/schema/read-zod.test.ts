import { expect, test } from "vitest";
import { z } from "zod";
import { slot } from "../contract/slot.ts";
import { Dictionary } from "../values/dictionary.ts";
import { defineFeatureSchema } from "../values/feature-schema.ts";
import {
  candidateBatchSchema,
  columnSchema,
  featureSnapshotSchema,
  modelScoresSchema,
} from "../values/schema-kinds.ts";
import { schemaProblems } from "./compile-schema.ts";

const words = new Dictionary(["a", "b"]);
const featureSchema = defineFeatureSchema({ name: "x", version: 1, features: [] });

test("everything of the closed universe has no problems", () => {
  const Batch = slot("batch", candidateBatchSchema({ score: "f32", source: words }), { owner: "o" });
  const schema = z.object({
    string: z.string().min(1).max(3).regex(/a/).startsWith("a").optional(),
    email: z.email().nullish(),
    number: z.number().min(1).multipleOf(2).readonly(),
    int: z.int32().default(1),
    bigint: z.bigint().positive(),
    branded: z.string().brand<"Id">(),
    literal: z.literal(["a", 1, null]),
    enum: z.enum({ A: 0, B: 1 }),
    list: z.array(z.tuple([z.string(), z.number().optional()], z.boolean())).nonempty(),
    record: z.record(z.string(), z.strictObject({})),
    byName: z.partialRecord(z.enum(["p", "q"]), z.null()),
    union: z.union([z.string(), z.number()]),
    tagged: z.discriminatedUnion("k", [z.object({ k: z.literal("a") }), z.object({ k: z.literal("b") })]),
    refined: z.object({ a: z.number(), b: z.number() }).refine(({ a, b }) => a < b),
    template: z.templateLiteral(["id-", z.int()]),
    column: columnSchema("f64", { of: Batch }),
    aligned: columnSchema("f64").optional().meta({ title: "aligned" }),
    batch: Batch.schema as z.ZodType,
    snapshot: featureSnapshotSchema(featureSchema),
    scores: modelScoresSchema(),
  });
  expect(schemaProblems(schema)).toEqual([]);
});

test("every kind outside the universe is reported with its path and the way out", () => {
  const Tree: z.ZodType = z.object({
    name: z.string(),
    get children() {
      return z.array(Tree);
    },
  });
  const outside: Record<string, z.ZodType> = {
    any: z.any(),
    unknown: z.unknown(),
    map: z.map(z.string(), z.number()),
    set: z.set(z.string()),
    date: z.date(),
    undefined: z.undefined(),
    void: z.void(),
    nan: z.nan(),
    symbol: z.symbol(),
    promise: z.promise(z.string()),
    file: z.file(),
    never: z.never(),
    instance: z.instanceof(Date),
    custom: z.custom<string>((value) => typeof value === "string"),
    transform: z.string().transform((value) => value.length),
    pipe: z.string().pipe(z.coerce.number()),
    preprocess: z.preprocess(String, z.string()),
    codec: z.stringbool(),
    catch: z.string().catch("x"),
    intersection: z.object({ a: z.string() }).and(z.object({ b: z.string() })),
    xor: z.xor([z.string(), z.number()]),
    lazy: z.lazy(() => z.string()),
    recursive: Tree,
    loose: z.looseObject({}),
    catchall: z.object({}).catchall(z.string()),
    looseRecord: z.looseRecord(z.string(), z.number()),
    numberKeys: z.record(z.number(), z.string()),
    undefinedLiteral: z.literal([undefined, "a"]),
    defaultInUnion: z.union([z.string().default("a"), z.number()]),
    inherited: z.object({ toString: z.string() }),
  };
  const problems = schemaProblems(z.object({ user: z.array(z.object(outside)) }));
  const reported = new Set(problems.map(({ path }) => path.replace(/^user\[\]\.(\w+).*$/, "$1")));
  expect([...reported]).toEqual(Object.keys(outside));
  for (const { found, hint } of problems) {
    expect(found).not.toBe("");
    expect(hint.length).toBeGreaterThan(10);
  }
  expect(problems[0]).toEqual({
    path: "user[].any",
    found: "z.any",
    hint: "name the type: a value of any type can be neither frozen nor encoded",
  });
});

test("what is no schema at all is a problem, not an exception", () => {
  for (const nothing of [undefined, null, "string", {}, () => 1]) expect(schemaProblems(nothing)).toHaveLength(1);
});
