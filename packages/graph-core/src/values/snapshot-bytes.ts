/**
 * Byte layout of a feature snapshot, all little-endian:
 *
 *   schema fingerprint (32 bytes) ‖ row count (u32) ‖ one block per feature in schema order
 *   block = form (u8) ‖ values ‖ statuses
 *
 * Values are f64, f32, i32 or dictionary codes (i32); statuses are u8. A feature whose values (form bit 0) or statuses
 * (form bit 1) are the same in every row stores them once, so that user features do not cost a value per candidate.
 * With no rows, both bits are set and nothing follows.
 */
import { type Column, columnValues, type ValuesOf } from "./column.ts";
import { F32Column, F64Column, HAND_OVER, I32Column } from "./columns.ts";
import { Dictionary, DictionaryColumn } from "./dictionary.ts";
import type { FeatureDeclaration, FeatureSchema, FeatureType } from "./feature-schema.ts";
import { requireLittleEndian } from "./little-endian.ts";
import { settle } from "./settle-feature.ts";
import { SNAPSHOT_ROWS_MAX, type SnapshotParts, type Statuses } from "./snapshot-parts.ts";
import { undecodable } from "./value-error.ts";

const FINGERPRINT_BYTES = 32;
const HEADER_BYTES = FINGERPRINT_BYTES + 4;
const SAME_VALUES = 1;
const SAME_STATUSES = 2;

export type FeatureValues = ValuesOf[FeatureType];

export function snapshotBytes({ schema, rowCount, columns, statuses }: SnapshotParts): Uint8Array {
  requireLittleEndian();
  const forms = columns.map((column, index) => formOf(column, statuses[index] as Statuses, rowCount));
  const bytes = new Uint8Array(
    forms.reduce((sum, form) => sum + 1 + form.values.byteLength + form.statuses.length, HEADER_BYTES),
  );
  bytes.set(Buffer.from(schema.fingerprint, "hex"), 0);
  new DataView(bytes.buffer).setUint32(FINGERPRINT_BYTES, rowCount, true);
  let position = HEADER_BYTES;
  for (const { flags, values, statuses } of forms) {
    bytes[position] = flags;
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), position + 1);
    bytes.set(statuses, position + 1 + values.byteLength);
    position += 1 + values.byteLength + statuses.length;
  }
  return bytes;
}

interface BlockForm {
  readonly flags: number;
  readonly values: FeatureValues;
  readonly statuses: Uint8Array;
}

function formOf(column: Column, statuses: Statuses, rowCount: number): BlockForm {
  const values = columnValues(column) as FeatureValues;
  const sameValues = allSame(column.type as FeatureType, values);
  const sameStatuses = typeof statuses === "number";
  return {
    flags: (sameValues ? SAME_VALUES : 0) | (sameStatuses ? SAME_STATUSES : 0),
    values: sameValues ? values.subarray(0, 1) : values,
    statuses: sameStatuses ? Uint8Array.of(statuses).subarray(0, rowCount) : statuses,
  };
}

function allSame(type: FeatureType, values: FeatureValues): boolean {
  switch (type) {
    case "f64":
      return allSameF64(values as Float64Array);
    case "f32":
      return allSameF32(values as Float32Array);
    default:
      return allSameI32(values as Int32Array);
  }
}

// One loop per array class keeps each monomorphic; all leave at the first difference. Object.is tells -0 from 0.
function allSameF64(values: Float64Array): boolean {
  for (let row = 1; row < values.length; row++) if (!Object.is(values[row], values[0])) return false;
  return true;
}

function allSameF32(values: Float32Array): boolean {
  for (let row = 1; row < values.length; row++) if (!Object.is(values[row], values[0])) return false;
  return true;
}

function allSameI32(values: Int32Array): boolean {
  for (let row = 1; row < values.length; row++) if (values[row] !== values[0]) return false;
  return true;
}

/**
 * The parts that `snapshotBytes` wrote. Throws TENON1161 for another schema, a wrong length or an unknown form, and
 * TENON1159 for contents that no snapshot can hold.
 */
export function readSnapshotBytes(schema: FeatureSchema, source: Uint8Array): SnapshotParts {
  requireLittleEndian();
  // A Buffer's slice() shares memory where a Uint8Array's copies.
  const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const what = `a snapshot of features "${schema.name}"`;
  if (bytes.length < HEADER_BYTES) throw undecodable(what, `${bytes.length} bytes are less than its header`);
  const fingerprint = Buffer.from(bytes.subarray(0, FINGERPRINT_BYTES)).toString("hex");
  if (fingerprint !== schema.fingerprint) {
    throw undecodable(what, `expected schema ${schema.fingerprint.slice(0, 12)}, found ${fingerprint.slice(0, 12)}`);
  }
  const rowCount = new DataView(bytes.buffer, bytes.byteOffset).getUint32(FINGERPRINT_BYTES, true);
  if (rowCount > SNAPSHOT_ROWS_MAX) throw undecodable(what, `${rowCount} rows are more than ${SNAPSHOT_ROWS_MAX}`);
  let position = HEADER_BYTES;
  const take = (length: number): Uint8Array => {
    const end = position + length;
    if (end > bytes.length) throw undecodable(what, `expected ${end} bytes, found ${bytes.length}`);
    const part = bytes.slice(position, end);
    position = end;
    return part;
  };
  const settled = schema.features.map((feature) => {
    const flags = take(1)[0] as number;
    if (flags > (SAME_VALUES | SAME_STATUSES)) throw undecodable(what, `unknown form ${flags} of "${feature.name}"`);
    const storedRows = flags & SAME_VALUES ? Math.min(1, rowCount) : rowCount;
    const column = readColumn(feature, take(storedRows * (feature.type === "f64" ? 8 : 4)), rowCount);
    const statuses = take(flags & SAME_STATUSES ? Math.min(1, rowCount) : rowCount);
    return settle(feature, column, flags & SAME_STATUSES ? (statuses[0] ?? 0) : statuses);
  });
  if (position !== bytes.length) throw undecodable(what, `expected ${position} bytes, found ${bytes.length}`);
  return {
    schema,
    rowCount,
    columns: settled.map((each) => each.column),
    statuses: settled.map((each) => each.statuses),
  };
}

/** `bytes` starts its own buffer, so that it can be viewed as wider numbers; one stored value stands for every row. */
function readColumn(feature: FeatureDeclaration, bytes: Uint8Array, rowCount: number): Column {
  switch (feature.type) {
    case "f64":
      return new F64Column(HAND_OVER, spread(new Float64Array(bytes.buffer), new Float64Array(rowCount)));
    case "f32":
      return new F32Column(HAND_OVER, spread(new Float32Array(bytes.buffer), new Float32Array(rowCount)));
    case "i32":
      return new I32Column(HAND_OVER, spread(new Int32Array(bytes.buffer), new Int32Array(rowCount)));
    case "dictionary": {
      const codes = spread(new Int32Array(bytes.buffer), new Int32Array(rowCount));
      return new DictionaryColumn(HAND_OVER, feature.dictionary ?? new Dictionary([]), codes);
    }
  }
}

function spread<Values extends FeatureValues>(stored: Values, whole: Values): Values {
  return stored.length === whole.length ? stored : (whole.fill(stored[0] as number) as Values);
}
