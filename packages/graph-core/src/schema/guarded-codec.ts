/** Bytes of columns, batches, snapshots and scores: used by the schema codec and by the self-describing one. */
import { CandidateBatch } from "../values/candidate-batch.ts";
import { COLUMN_TYPES, type Column, type ColumnType, columnValues } from "../values/column.ts";
import { F32Column, F64Column, HAND_OVER, I32Column, U8Column } from "../values/columns.ts";
import { Dictionary, DictionaryColumn } from "../values/dictionary.ts";
import type { FeatureSchema } from "../values/feature-schema.ts";
import { FeatureSnapshot } from "../values/feature-snapshot.ts";
import { I64Column, IdColumn } from "../values/id-columns.ts";
import { ModelScores } from "../values/model-scores.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";

/** Row count, then the values. Floats: NaN has one bit pattern. Dictionary columns say their words first. */
export function writeColumn(out: ByteWriter, column: Column): void {
  out.varint(column.length);
  switch (column.type) {
    case "f64":
      out.array(canonicalF64(columnValues(column)));
      break;
    case "f32":
      out.array(canonicalF32(columnValues(column)));
      break;
    case "id":
      for (const id of columnValues(column)) out.i64(id);
      break;
    case "dictionary":
      out.varint(column.dictionary.words.length);
      for (const word of column.dictionary.words) out.string(word);
      out.array(columnValues(column));
      break;
    default:
      out.array(columnValues(column));
  }
}

export function readColumn(input: ByteReader, type: ColumnType): Column {
  const length = input.count(BYTES_EACH[type]);
  switch (type) {
    case "f64":
      return new F64Column(HAND_OVER, new Float64Array(input.bytes(length * 8).buffer as ArrayBuffer));
    case "f32":
      return new F32Column(HAND_OVER, new Float32Array(input.bytes(length * 4).buffer as ArrayBuffer));
    case "i32":
      return new I32Column(HAND_OVER, new Int32Array(input.bytes(length * 4).buffer as ArrayBuffer));
    case "u8":
      return new U8Column(HAND_OVER, input.bytes(length));
    case "id":
      return IdColumn.fill(length, () => input.i64());
    case "i64":
      return new I64Column(HAND_OVER, new BigInt64Array(input.bytes(length * 8).buffer as ArrayBuffer));
    case "dictionary":
      return readDictionaryColumn(input, length);
  }
}

const BYTES_EACH: Readonly<Record<ColumnType, number>> = {
  f64: 8,
  f32: 4,
  i32: 4,
  u8: 1,
  id: 8,
  i64: 8,
  dictionary: 4,
};

function readDictionaryColumn(input: ByteReader, length: number): DictionaryColumn {
  const words = Array.from({ length: input.count(1) }, () => input.string());
  const codes = new Int32Array(input.bytes(length * 4).buffer as ArrayBuffer);
  if (codes.some((code) => code < -1 || code >= words.length)) throw input.fail("a code is outside its dictionary");
  return new DictionaryColumn(HAND_OVER, new Dictionary(words), codes);
}

function canonicalF64(values: Float64Array): Float64Array {
  for (let row = 0; row < values.length; row++) {
    // Storing NaN anew gives every NaN the same bits.
    if (Number.isNaN(values[row])) return values.map((value) => (Number.isNaN(value) ? Number.NaN : value));
  }
  return values;
}

function canonicalF32(values: Float32Array): Float32Array {
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) return values.map((value) => (Number.isNaN(value) ? Number.NaN : value));
  }
  return values;
}

/** Ids, then the columns in name order: how a batch was put together does not show. */
export function writeBatch(out: ByteWriter, batch: CandidateBatch): void {
  writeColumn(out, batch.ids);
  const names = [...batch.columnNames].sort();
  out.varint(names.length);
  for (const name of names) {
    const column = batch.column(name);
    out.string(name);
    out.byte(COLUMN_TYPES.indexOf(column.type));
    writeColumn(out, column);
  }
}

/** A batch without origin: descent is a fact of the run, not of the value. */
export function readBatch(input: ByteReader): CandidateBatch {
  const ids = readColumn(input, "id") as IdColumn;
  const columns: Record<string, Column> = {};
  for (let left = input.count(3); left > 0; left--) {
    const name = input.string();
    columns[name] = readColumn(input, readColumnType(input));
  }
  return CandidateBatch.of(ids, columns);
}

export function readColumnType(input: ByteReader): ColumnType {
  const type = COLUMN_TYPES[input.byte()];
  if (type === undefined) throw input.fail("unknown column type");
  return type;
}

/** Length and the snapshot's own bytes, which begin with the schema's fingerprint. */
export function writeSnapshot(out: ByteWriter, snapshot: FeatureSnapshot): void {
  const bytes = snapshot.toBytes();
  out.varint(bytes.length);
  out.bytes(bytes);
}

export function readSnapshot(input: ByteReader, schemas: readonly FeatureSchema[]): FeatureSnapshot {
  const bytes = input.bytes(input.count(1));
  const fingerprint = Buffer.from(bytes.subarray(0, 32)).toString("hex");
  const schema = schemas.find((each) => each.fingerprint === fingerprint);
  if (schema === undefined) throw input.fail(`no feature schema of fingerprint ${fingerprint} was given`);
  return FeatureSnapshot.fromBytes(schema, bytes);
}

export function writeScores(out: ByteWriter, scores: ModelScores): void {
  out.string(scores.snapshotDigest);
  out.string(scores.modelVersion);
  writeColumn(out, scores.margins);
}

export function readScores(input: ByteReader): ModelScores {
  const digest = input.string();
  const modelVersion = input.string();
  return ModelScores.restore(digest, modelVersion, readColumn(input, "f64") as F64Column);
}
