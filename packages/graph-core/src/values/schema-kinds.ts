/**
 * zod schemas for columns, batches, snapshots and scores, usable alone and inside `z.object`.
 * The check function of such a schema is its identity: zod copies it into every clone (`.optional()`, `.meta()`).
 */
import { z } from "zod";
import type { AnySlot } from "../contract/slot.ts";
import { batchStorage, CandidateBatch } from "./candidate-batch.ts";
import { type Column, type ColumnOf, type ColumnType, columnValues, isColumnOf } from "./column.ts";
import type { Dictionary } from "./dictionary.ts";
import type { FeatureSchema } from "./feature-schema.ts";
import { FeatureSnapshot } from "./feature-snapshot.ts";
import { allFiniteF32, allFiniteF64 } from "./finite.ts";
import { ModelScores } from "./model-scores.ts";

export interface ColumnSchemaOptions {
  /** The batch slot whose rows the column is aligned to. */
  readonly of?: AnySlot;
  /** With type `dictionary`: the vocabulary, which the column must have been encoded with. */
  readonly dictionary?: Dictionary;
}

/** A column of a batch: its type, or a dictionary column with the vocabulary it must have been encoded with. */
export type ColumnKinds = Readonly<Record<string, ColumnType | Dictionary>>;

type ColumnOfKind<Kind> = Kind extends ColumnType ? ColumnOf[Kind] : ColumnOf["dictionary"];

/** Column names and types → the batch that holds them. */
export type BatchOf<Kinds extends ColumnKinds> = CandidateBatch<{
  readonly [Name in keyof Kinds]: ColumnOfKind<Kinds[Name]>;
}>;

export interface ColumnKind {
  readonly kind: "column";
  readonly type: ColumnType;
  readonly dictionary: Dictionary | undefined;
  readonly of: AnySlot | undefined;
}

/** What a schema made here stands for; read by the schema compiler. */
export type ValueKind =
  | ColumnKind
  | { readonly kind: "candidateBatch"; readonly columns: Readonly<Record<string, ColumnKind>> }
  | { readonly kind: "featureSnapshot"; readonly schema: FeatureSchema }
  | { readonly kind: "modelScores" };

type Check = (value: unknown) => boolean;

const kinds = new WeakMap<Check, ValueKind>();

/** The kind behind a zod custom schema's check function, or `undefined` for somebody else's. */
export function valueKindOf(check: unknown): ValueKind | undefined {
  return typeof check === "function" ? kinds.get(check as Check) : undefined;
}

/** A column of finite values (floats) of one type. */
export function columnSchema<const Type extends ColumnType>(
  type: Type,
  options?: ColumnSchemaOptions,
): z.ZodType<ColumnOf[Type]> {
  const kind: ColumnKind = { kind: "column", type, dictionary: options?.dictionary, of: options?.of };
  return register(kind, (value) => fitsColumn(kind, value), `expected a finite ${type} column`);
}

/** A batch with exactly these columns (name → type, or a dictionary), all finite, and distinct ids. */
export function candidateBatchSchema<const Kinds extends ColumnKinds>(columns: Kinds): z.ZodType<BatchOf<Kinds>> {
  const kind = {
    kind: "candidateBatch",
    columns: Object.freeze(Object.fromEntries(Object.entries(columns).map(([name, each]) => [name, columnKind(each)]))),
  } as const;
  return register(
    kind,
    (value) => fitsBatch(kind.columns, value),
    `expected a candidate batch of ${Object.keys(columns).join(", ")}`,
  );
}

/** A snapshot of exactly this feature schema (by fingerprint). */
export function featureSnapshotSchema<Names extends string>(
  schema: FeatureSchema<Names>,
): z.ZodType<FeatureSnapshot<Names>> {
  const check: Check = (value) => value instanceof FeatureSnapshot && value.schema.fingerprint === schema.fingerprint;
  return register({ kind: "featureSnapshot", schema }, check, `expected a snapshot of features "${schema.name}"`);
}

/** Scores of a model, margins finite. */
export function modelScoresSchema(): z.ZodType<ModelScores> {
  const check: Check = (value) => value instanceof ModelScores && finite(value.margins);
  return register({ kind: "modelScores" }, check, "expected model scores with finite margins");
}

function register<Value>(kind: ValueKind, check: Check, message: string): z.ZodType<Value> {
  kinds.set(check, Object.freeze(kind));
  // Cast, not compared: proving ZodCustom to be a ZodType would cost every project 75 k type instantiations.
  return z.custom<Value>(check, message) as unknown as z.ZodType<Value>;
}

function columnKind(each: ColumnType | Dictionary): ColumnKind {
  const type = typeof each === "string" ? each : "dictionary";
  return Object.freeze({
    kind: "column",
    type,
    dictionary: typeof each === "string" ? undefined : each,
    of: undefined,
  });
}

function fitsColumn(kind: ColumnKind, value: unknown): boolean {
  return isColumnOf(kind.type, value) && fitsDictionary(kind, value) && finite(value);
}

function fitsDictionary(kind: ColumnKind, column: Column): boolean {
  if (column.type !== "dictionary" || kind.dictionary === undefined) return true;
  return column.dictionary.fingerprint === kind.dictionary.fingerprint;
}

/** Columns found finite before: a column never changes, so it is looked at once. */
const knownFinite = new WeakSet<Column>();

/** Whether floats are finite and codes are words: absence lives in a `FeatureSnapshot` only. */
function finite(column: Column): boolean {
  if (column.type !== "f64" && column.type !== "f32" && column.type !== "dictionary") return true;
  if (knownFinite.has(column)) return true;
  const holds = holdsFinite(column);
  if (holds) knownFinite.add(column);
  return holds;
}

function holdsFinite(column: ColumnOf["f64" | "f32" | "dictionary"]): boolean {
  switch (column.type) {
    case "f64":
      return allFiniteF64(columnValues(column) as Float64Array);
    case "f32":
      return allFiniteF32(columnValues(column) as Float32Array);
    case "dictionary":
      return (columnValues(column) as Int32Array).every((code) => code >= 0);
  }
}

type BatchColumns = Readonly<Record<string, ColumnKind>>;

/** Batches found to fit before, by the columns they were judged by: a batch never changes. */
const knownFits = new WeakMap<BatchColumns, WeakSet<CandidateBatch>>();

function fitsBatch(columns: BatchColumns, value: unknown): boolean {
  if (!(value instanceof CandidateBatch)) return false;
  let known = knownFits.get(columns);
  if (known === undefined) {
    known = new WeakSet();
    knownFits.set(columns, known);
  }
  if (known.has(value)) return true;
  // Rows selected from a batch that fits need not be gathered to be judged.
  const { own, source } = batchStorage(value);
  const selected = source?.rows !== undefined && Object.keys(own).length === 0 && known.has(source.batch);
  const fits = selected ? distinctRows(source.rows, source.batch.size) : fitsAnew(columns, value);
  if (!fits) return false;
  known.add(value);
  return true;
}

function distinctRows(rows: Int32Array, size: number): boolean {
  const seen = new Uint8Array(size);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    if (seen[row] === 1) return false;
    seen[row] = 1;
  }
  return true;
}

function fitsAnew(columns: BatchColumns, value: CandidateBatch): boolean {
  const names = Object.keys(columns);
  if (value.columnNames.length !== names.length) return false;
  for (const name of names) {
    if (!value.has(name) || !fitsColumn(columns[name] as ColumnKind, value.column(name))) return false;
  }
  return value.hasDistinctIds();
}
