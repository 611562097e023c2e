/**
 * Self-describing canonical bytes of any value of the closed universe, for recordings of resource reads, whose results
 * have no slot schema. Equal values have equal bytes; record keys are sorted.
 */
import { GraphError } from "../contract/error.ts";
import { CandidateBatch } from "../values/candidate-batch.ts";
import { COLUMN_TYPES, isColumn } from "../values/column.ts";
import type { FeatureSchema } from "../values/feature-schema.ts";
import { FeatureSnapshot } from "../values/feature-snapshot.ts";
import { ModelScores } from "../values/model-scores.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { describeValue, isPlainArray, isPlainRecord } from "./explain.ts";
import {
  readBatch,
  readColumn,
  readColumnType,
  readScores,
  readSnapshot,
  writeBatch,
  writeColumn,
  writeScores,
  writeSnapshot,
} from "./guarded-codec.ts";

/** Deepest nesting that is written or read: a cycle ends here instead of filling the memory. */
const DEPTH_MAX = 256;

/** First byte of every value. Part of the format: append only. */
const TAG = {
  null: 0,
  false: 1,
  true: 2,
  number: 3,
  string: 4,
  bigint: 5,
  array: 6,
  record: 7,
  undefined: 8,
  column: 9,
  batch: 10,
  snapshot: 11,
  scores: 12,
} as const;

/** Encodes a value. Throws TENON1152 naming the path of anything outside the closed value universe. */
export function encodeValue(value: unknown): Uint8Array {
  const out = new ByteWriter();
  write(out, value, { path: "", depth: 0 });
  return out.finish();
}

/**
 * Decodes what `encodeValue` wrote. `schemas` must hold the feature schema of every snapshot inside.
 * Throws TENON1161 for damaged bytes or an unknown schema.
 */
export function decodeValue(bytes: Uint8Array, schemas: readonly FeatureSchema[] = []): unknown {
  const input = new ByteReader(bytes, "a value");
  const value = read(input, schemas, 0);
  input.end();
  return value;
}

interface Where {
  readonly path: string;
  readonly depth: number;
}

function write(out: ByteWriter, value: unknown, where: Where): void {
  switch (typeof value) {
    case "boolean":
      out.byte(value ? TAG.true : TAG.false);
      break;
    case "number":
      if (!Number.isFinite(value)) throw outside(value, where);
      out.byte(TAG.number);
      out.f64(value);
      break;
    case "string":
      out.byte(TAG.string);
      out.string(value);
      break;
    case "bigint":
      out.byte(TAG.bigint);
      out.bigint(value);
      break;
    case "undefined":
      out.byte(TAG.undefined);
      break;
    case "object":
      if (value === null) out.byte(TAG.null);
      else writeObject(out, value, where);
      break;
    default:
      throw outside(value, where);
  }
}

function writeObject(out: ByteWriter, value: object, where: Where): void {
  if (where.depth >= DEPTH_MAX) throw outside(value, where, `expected at most ${DEPTH_MAX} levels (a cycle?)`);
  if (isPlainArray(value)) {
    writeArray(out, value, where);
  } else if (isPlainRecord(value)) {
    writeRecord(out, value, where);
  } else if (isColumn(value)) {
    out.byte(TAG.column);
    out.byte(COLUMN_TYPES.indexOf(value.type));
    writeColumn(out, value);
  } else if (value instanceof CandidateBatch) {
    out.byte(TAG.batch);
    writeBatch(out, value);
  } else if (value instanceof FeatureSnapshot) {
    out.byte(TAG.snapshot);
    writeSnapshot(out, value);
  } else if (value instanceof ModelScores) {
    out.byte(TAG.scores);
    writeScores(out, value);
  } else {
    throw outside(value, where);
  }
}

function writeArray(out: ByteWriter, value: readonly unknown[], { path, depth }: Where): void {
  out.byte(TAG.array);
  out.varint(value.length);
  for (let index = 0; index < value.length; index++) {
    if (!(index in value))
      throw outside(undefined, { path: `${path}[${index}]`, depth }, "expected no hole in an array");
    write(out, value[index], { path: `${path}[${index}]`, depth: depth + 1 });
  }
}

function writeRecord(out: ByteWriter, value: Readonly<Record<string, unknown>>, { path, depth }: Where): void {
  const names = Object.keys(value).sort();
  if (Reflect.ownKeys(value).length !== names.length) {
    throw outside(value, { path, depth }, "expected enumerable string keys only");
  }
  out.byte(TAG.record);
  out.varint(names.length);
  for (const name of names) {
    const at = path === "" ? name : `${path}.${name}`;
    if (name === "__proto__") throw outside(value[name], { path: at, depth }, "expected no key __proto__");
    out.string(name);
    write(out, value[name], { path: at, depth: depth + 1 });
  }
}

function read(input: ByteReader, schemas: readonly FeatureSchema[], depth: number): unknown {
  if (depth > DEPTH_MAX) throw input.fail(`more than ${DEPTH_MAX} levels`);
  switch (input.byte()) {
    case TAG.null:
      return null;
    case TAG.false:
      return false;
    case TAG.true:
      return true;
    case TAG.number:
      return input.f64();
    case TAG.string:
      return input.string();
    case TAG.bigint:
      return input.bigint();
    case TAG.undefined:
      return undefined;
    case TAG.array:
      return Array.from({ length: input.count(1) }, () => read(input, schemas, depth + 1));
    case TAG.record:
      return readRecord(input, schemas, depth);
    case TAG.column:
      return readColumn(input, readColumnType(input));
    case TAG.batch:
      return readBatch(input);
    case TAG.snapshot:
      return readSnapshot(input, schemas);
    case TAG.scores:
      return readScores(input);
    default:
      throw input.fail("unknown tag");
  }
}

function readRecord(input: ByteReader, schemas: readonly FeatureSchema[], depth: number): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (let left = input.count(2); left > 0; left--) {
    const name = input.string();
    if (name === "__proto__") throw input.fail("a key is __proto__");
    value[name] = read(input, schemas, depth + 1);
  }
  return value;
}

function outside(value: unknown, { path }: Where, expected = "expected a value of the closed universe"): GraphError {
  const place = path === "" ? "the value itself" : `"${path}"`;
  return new GraphError(`${place} cannot be encoded: ${describeValue(value)}`, {
    code: "TENON1152",
    category: "node",
    detail: `${expected}, found ${describeValue(value)}`,
    hint: "use plain records, arrays, strings, finite numbers, booleans, null, bigint, columns, batches or snapshots",
  });
}
