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
import { describeValue, isPlainArray, isPlainRecord, joinPath } from "./plain.ts";

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
  const encoder = new ValueEncoder();
  encoder.write(value);
  return encoder.out.finish();
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

class ValueEncoder {
  readonly out = new ByteWriter();
  /** Keys and indexes on the way to the value being written: joined only when an error names the place. */
  readonly #path: (string | number)[] = [];
  #lastNames: readonly string[] = [];
  #lastSorted: readonly string[] = [];

  write(value: unknown): void {
    const { out } = this;
    switch (typeof value) {
      case "boolean":
        out.byte(value ? TAG.true : TAG.false);
        break;
      case "number":
        if (!Number.isFinite(value)) throw this.#outside(value);
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
        else this.#object(value);
        break;
      default:
        throw this.#outside(value);
    }
  }

  #object(value: object): void {
    if (this.#path.length >= DEPTH_MAX) throw this.#outside(value, `at most ${DEPTH_MAX} levels (a cycle?)`);
    if (isPlainArray(value)) this.#array(value);
    else if (isPlainRecord(value)) this.#record(value);
    else this.#guarded(value);
  }

  #array(value: readonly unknown[]): void {
    this.out.byte(TAG.array);
    this.out.varint(value.length);
    for (let index = 0; index < value.length; index++) {
      this.#path.push(index);
      if (!(index in value)) throw this.#outside(undefined, "no hole in an array");
      this.write(value[index]);
      this.#path.pop();
    }
  }

  #record(value: Readonly<Record<string, unknown>>): void {
    const names = Object.keys(value);
    if (Reflect.ownKeys(value).length !== names.length) throw this.#outside(value, "enumerable string keys only");
    this.out.byte(TAG.record);
    this.out.varint(names.length);
    for (const name of this.#sorted(names)) {
      this.#path.push(name);
      if (name === "__proto__") throw this.#outside(value[name], "no key __proto__");
      this.out.string(name);
      this.write(value[name]);
      this.#path.pop();
    }
  }

  /** Sorted keys. Rows of a list mostly repeat the keys of the row before, and comparing costs less than sorting. */
  #sorted(names: readonly string[]): readonly string[] {
    const last = this.#lastNames;
    if (names.length !== last.length || !names.every((name, index) => name === last[index])) {
      this.#lastNames = names;
      this.#lastSorted = names.toSorted();
    }
    return this.#lastSorted;
  }

  #guarded(value: object): void {
    const { out } = this;
    if (isColumn(value)) {
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
      throw this.#outside(value);
    }
  }

  #outside(value: unknown, expected = "a value of the closed universe"): GraphError {
    const place = this.#path.reduce<string>((path, step) => joinPath(path, step), "");
    const found = describeValue(value);
    return new GraphError(`${place === "" ? "the value itself" : `"${place}"`} cannot be encoded: ${found}`, {
      code: "TENON1152",
      category: "node",
      detail: `expected ${expected}, found ${found}`,
      hint: "use plain records, arrays, strings, finite numbers, booleans, null, bigint, columns, batches or snapshots",
    });
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
