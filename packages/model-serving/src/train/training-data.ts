import {
  ABSENT_I32,
  type Column,
  Dictionary,
  DictionaryColumn,
  F32Column,
  F64Column,
  FEATURE_STATUSES,
  type FeatureDeclaration,
  type FeatureSchema,
  type FeatureSnapshot,
  FeatureSnapshotBuilder,
  I32Column,
  U8Column,
} from "@tenon/graph-core";
import { rawValues } from "@tenon/graph-core/internal";
import { countPositives, rowsError } from "../rows-error.ts";
import { seededRandom } from "./seeded-random.ts";

/** Labelled rows to train, calibrate or judge a model on. Build it from logged snapshots with {@link trainingData}. */
export interface TrainingData {
  readonly schema: FeatureSchema;
  /** One column per feature, in the schema's order: numbers, or dictionary codes. NaN is missing. */
  readonly columns: readonly Float64Array[];
  /** 0 or 1 per row. */
  readonly labels: Uint8Array;
}

/**
 * The logged features of many requests as training rows: the values the ranker saw, in the order of the snapshots.
 * @throws GraphError TENON1457 when a snapshot has another schema or the labels do not fit.
 */
export function trainingData(snapshots: readonly FeatureSnapshot[], labels: ArrayLike<number>): TrainingData {
  const first = snapshots[0];
  if (first === undefined)
    throw rowsError("there is nothing to train on", { expected: "at least one snapshot", found: "none" });
  const { schema } = first;
  const rows = snapshots.reduce((sum, snapshot) => sum + snapshot.rowCount, 0);
  const columns = schema.names.map(() => new Float64Array(rows));
  let start = 0;
  for (const snapshot of snapshots) {
    if (snapshot.schema.fingerprint !== schema.fingerprint) {
      throw rowsError("snapshots have different feature schemas", {
        expected: `"${schema.name}" ${schema.fingerprint}`,
        found: `"${snapshot.schema.name}" ${snapshot.schema.fingerprint}`,
      });
    }
    for (const [index, column] of columns.entries()) copyColumn(snapshot.columnAt(index), column, start);
    start += snapshot.rowCount;
  }
  return requireTrainingData({ schema, columns, labels: Uint8Array.from(labels) });
}

/** The rows as one snapshot, to score them with a loaded model: missing values have status `missing`. */
export function snapshotOf({ schema, columns }: TrainingData): FeatureSnapshot {
  const rowCount = columns[0]?.length ?? 0;
  const builder = new FeatureSnapshotBuilder(schema, rowCount);
  const missing = FEATURE_STATUSES.indexOf("missing");
  for (const [index, feature] of schema.features.entries()) {
    const values = columns[index] as Float64Array;
    const statuses = U8Column.fill(rowCount, (row) => (Number.isNaN(values[row]) ? missing : 0));
    builder.setColumn(feature.name, columnOf(feature, values), statuses);
  }
  return builder.build();
}

/** The given rows, in the given order. */
export function selectRows(data: TrainingData, rows: ArrayLike<number>): TrainingData {
  const pick = Int32Array.from(rows);
  return {
    schema: data.schema,
    columns: data.columns.map((column) => Float64Array.from(pick, (row) => column[row] as number)),
    labels: Uint8Array.from(pick, (row) => data.labels[row] as number),
  };
}

export interface Deal {
  /** Shares of the parts; need not add up to 1. */
  readonly shares: readonly number[];
  readonly seed: number;
  /**
   * A number per row that is equal for rows that belong together, e.g. rows of one request: they land in the same part,
   * or rows to judge a model by would not be new to it. Absent: every row for itself.
   */
  readonly groups?: ArrayLike<number> | undefined;
}

/** Deals `rows` row numbers into one part per share, by seed. Every row is in exactly one part, in row order. */
export function dealRows(rows: number, { shares, seed, groups }: Deal): readonly Int32Array[] {
  if (groups !== undefined && groups.length !== rows) {
    throw rowsError("groups and rows do not fit together", { expected: `${rows} groups`, found: `${groups.length}` });
  }
  const random = seededRandom(seed);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const parts: number[][] = shares.map(() => []);
  const partOfGroup = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    const group = groups?.[row] ?? row;
    const part = partOfGroup.get(group) ?? drawPart(shares, random() * total);
    if (groups !== undefined) partOfGroup.set(group, part);
    parts[part]?.push(row);
  }
  return parts.map((part) => Int32Array.from(part));
}

function drawPart(shares: readonly number[], draw: number): number {
  let rest = draw;
  const part = shares.findIndex((share) => {
    rest -= share;
    return rest < 0;
  });
  // Rounding may leave a rest after the last share.
  return part < 0 ? shares.length - 1 : part;
}

/** @throws GraphError TENON1457 unless there is one column per feature, one value per label and labels are 0 or 1. */
export function requireTrainingData(data: TrainingData): TrainingData {
  const { schema, columns, labels } = data;
  if (columns.length !== schema.names.length) {
    throw rowsError(`feature schema "${schema.name}" has other columns than the data`, {
      expected: `${schema.names.length} columns`,
      found: `${columns.length}`,
    });
  }
  for (const [index, column] of columns.entries()) {
    if (column.length !== labels.length) {
      throw rowsError(`feature "${schema.names[index]}" belongs to other rows than the labels`, {
        expected: `${labels.length} rows`,
        found: `${column.length}`,
      });
    }
  }
  countPositives(labels);
  return data;
}

function copyColumn(column: Column, into: Float64Array, start: number): void {
  const values = rawValues(column) as Float64Array | Float32Array | Int32Array;
  const absent = column.type === "dictionary" ? -1 : column.type === "i32" ? ABSENT_I32 : Number.NaN;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    into[start + row] = value === absent ? Number.NaN : value;
  }
}

/** A missing value becomes 0 here: its status says that it is missing. */
function columnOf(feature: FeatureDeclaration, values: Float64Array): Column {
  const present = values.map((value) => (Number.isNaN(value) ? 0 : value));
  switch (feature.type) {
    case "f64":
      return F64Column.from(present);
    case "f32":
      return F32Column.from(present);
    case "i32":
      return I32Column.from(present);
    case "dictionary":
      return DictionaryColumn.fromCodes(feature.dictionary ?? new Dictionary([]), present);
  }
}
