import { expect, test } from "vitest";
import { z } from "zod";
import { slot } from "../contract/slot.ts";
import { CandidateBatch } from "./candidate-batch.ts";
import { F32Column, F64Column } from "./columns.ts";
import { Dictionary, DictionaryColumn } from "./dictionary.ts";
import { defineFeatureSchema } from "./feature-schema.ts";
import { IdColumn } from "./id-columns.ts";
import { ModelScores } from "./model-scores.ts";
import { candidateBatchSchema, columnSchema, featureSnapshotSchema, modelScoresSchema } from "./schema-kinds.ts";
import { FeatureSnapshotBuilder } from "./snapshot-builder.ts";

const accepts = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;
const words = new Dictionary(["near", "far"]);

test("a column schema accepts finite columns of its type only", () => {
  const schema = columnSchema("f64");
  expect(accepts(schema, F64Column.from([1, -0]))).toBe(true);
  expect(accepts(schema, F64Column.from([Number.NaN]))).toBe(false);
  expect(accepts(schema, F64Column.from([Number.NEGATIVE_INFINITY]))).toBe(false);
  expect(accepts(schema, F32Column.from([1]))).toBe(false);
  expect(accepts(schema, [1])).toBe(false);
  expect(accepts(columnSchema("f32"), F32Column.from([Number.NaN]))).toBe(false);
});

test("a dictionary column must have been encoded with the words that the schema names", () => {
  const schema = columnSchema("dictionary", { dictionary: words });
  expect(accepts(schema, DictionaryColumn.encode(words, ["far"]))).toBe(true);
  expect(accepts(schema, DictionaryColumn.encode(new Dictionary(["near", "far"]), ["far"]))).toBe(true);
  expect(accepts(schema, DictionaryColumn.encode(new Dictionary(["far"]), ["far"]))).toBe(false);
  expect(accepts(columnSchema("dictionary"), DictionaryColumn.encode(new Dictionary(["far"]), ["far"]))).toBe(true);
});

test("a batch must have exactly the columns of its schema, finite, and distinct ids", () => {
  const schema = candidateBatchSchema({ score: "f64", source: words });
  const ids = IdColumn.from([1, 2]);
  const source = DictionaryColumn.encode(words, ["far", "near"]);
  const batch = CandidateBatch.of(ids, { source, score: F64Column.from([1, 2]) });
  expect(accepts(schema, batch)).toBe(true);
  expect(accepts(schema, batch.select([1]))).toBe(true);
  expect(accepts(schema, batch.with("extra", F64Column.from([1, 2])))).toBe(false);
  expect(accepts(schema, CandidateBatch.of(ids, { source }))).toBe(false);
  expect(accepts(schema, CandidateBatch.of(ids, { source, score: F64Column.from([1, Number.NaN]) }))).toBe(false);
  expect(accepts(schema, CandidateBatch.of(ids, { source, score: F32Column.from([1, 2]) }))).toBe(false);
  expect(accepts(schema, batch.select([1, 1]))).toBe(false);
});

test("a slot of a batch gives nodes the columns by name and type", () => {
  const Candidates = slot("candidates", candidateBatchSchema({ score: "f32", source: words }), { owner: "o" });
  const check = (batch: (typeof Candidates)["valueType"]): void => {
    const score: F32Column = batch.column("score");
    const source: DictionaryColumn = batch.column("source");
    // @ts-expect-error there is no such column
    const none = () => batch.column("sore");
    expect([score.type, source.type, typeof none]).toEqual(["f32", "dictionary", "function"]);
  };
  check(
    CandidateBatch.of(IdColumn.from([]), { score: F32Column.from([]), source: DictionaryColumn.encode(words, []) }),
  );
});

test("a snapshot schema goes by the fingerprint of the features", () => {
  const feature = { name: "a", type: "f64", unit: "none", nullPolicy: "missing", owner: "o" } as const;
  const define = (version: number) =>
    defineFeatureSchema({ name: "x", version: 1, features: [{ ...feature, version }] });
  const snapshot = new FeatureSnapshotBuilder(define(1), 1).build();
  expect(accepts(featureSnapshotSchema(define(1)), snapshot)).toBe(true);
  expect(accepts(featureSnapshotSchema(define(2)), snapshot)).toBe(false);
  const scores = (margin: number) => ModelScores.of(snapshot, { modelVersion: "m", margins: F64Column.from([margin]) });
  expect(accepts(modelScoresSchema(), scores(1))).toBe(true);
  expect(accepts(modelScoresSchema(), scores(Number.NaN))).toBe(false);
});

test("the schemas keep their meaning inside other schemas and under wrappers", () => {
  const schema = z.object({ scores: columnSchema("f64").meta({ title: "scores" }).nullable() });
  expect(accepts(schema, { scores: null })).toBe(true);
  expect(accepts(schema, { scores: F64Column.from([1]) })).toBe(true);
  expect(accepts(schema, { scores: F32Column.from([1]) })).toBe(false);
});
