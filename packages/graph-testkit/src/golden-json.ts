/**
 * Slot values as JSON that a person can read and review. Plain records stay as they are; what JSON has no form for is
 * marked: `{"$column":"f64","values":[…]}`, `{"$dictionary":["us","de"],"values":["us"]}`, `{"$batch":{"ids":…,"columns":…}}`,
 * `{"$snapshot":{"features":{name:{"values":…,"status":…}}}}`, `{"$scores":{…}}`, `{"$bigint":"1"}`, `{"$number":"-0"}`.
 */
import {
  type AnySlot,
  CandidateBatch,
  type Column,
  Dictionary,
  DictionaryColumn,
  F32Column,
  F64Column,
  FEATURE_STATUSES,
  type FeatureSchema,
  FeatureSnapshot,
  FeatureSnapshotBuilder,
  I32Column,
  I64Column,
  IdColumn,
  ModelScores,
  U8Column,
} from "@tenon/graph-core";
import { valueKindOf } from "@tenon/graph-core/internal";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The value as marked JSON. */
export function toGolden(value: unknown): Json {
  if (typeof value === "bigint") return { $bigint: String(value) };
  if (typeof value === "number") return numberToGolden(value);
  if (value === null || typeof value !== "object") return value as Json;
  if (value instanceof CandidateBatch) {
    const columns = Object.fromEntries(value.columnNames.map((name) => [name, toGolden(value.column(name))]));
    return { $batch: { ids: Array.from({ length: value.size }, (_, row) => value.ids.at(row)), columns } };
  }
  if (value instanceof FeatureSnapshot) return snapshotToGolden(value);
  if (value instanceof ModelScores) {
    const { snapshotDigest, modelVersion, margins } = value;
    return { $scores: { snapshotDigest, modelVersion, margins: rowsOf(margins) } };
  }
  if (value instanceof DictionaryColumn) return { $dictionary: [...value.dictionary.words], values: rowsOf(value) };
  if (isColumn(value)) return { $column: value.type, values: rowsOf(value) };
  if (Array.isArray(value)) return value.map(toGolden);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toGolden(each)]));
}

function numberToGolden(value: number): Json {
  return Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : { $number: Object.is(value, -0) ? "-0" : String(value) };
}

function isColumn(value: object): value is Column {
  return (value as { tenonValue?: unknown }).tenonValue === "column";
}

function rowsOf(column: Column): Json[] {
  return Array.from({ length: column.length }, (_, row) => toGolden(column.at(row)));
}

function snapshotToGolden(snapshot: FeatureSnapshot): Json {
  const rows = Array.from({ length: snapshot.rowCount }, (_, row) => row);
  const features = snapshot.schema.names.map((name) => {
    const status = rows.map((row) => snapshot.statusAt(name, row));
    const uniform = status.every((each) => each === status[0]) ? (status[0] ?? "ok") : status;
    return [name, { values: rows.map((row) => numberToGolden(snapshot.valueAt(name, row))), status: uniform }] as const;
  });
  return { $snapshot: { rowCount: snapshot.rowCount, features: Object.fromEntries(features) } };
}

/** The value behind marked JSON. `slot` tells the feature schema of a snapshot. */
export function fromGolden(json: Json, slot?: AnySlot): unknown {
  if (json === null || typeof json !== "object") return json;
  if (Array.isArray(json)) return json.map((each) => fromGolden(each as Json));
  const marked = json as Readonly<Record<string, Json>>;
  if ("$bigint" in marked) return BigInt(marked.$bigint as string);
  if ("$number" in marked) return Number(marked.$number);
  if ("$column" in marked) return columnOf(marked.$column as string, marked.values as readonly Json[]);
  if ("$dictionary" in marked) {
    const dictionary = new Dictionary(marked.$dictionary as string[]);
    return DictionaryColumn.encode(dictionary, marked.values as string[]);
  }
  if ("$batch" in marked) {
    const { ids, columns } = marked.$batch as { ids: number[]; columns: Readonly<Record<string, Json>> };
    const decoded = Object.entries(columns).map(([name, column]) => [name, fromGolden(column) as Column]);
    return CandidateBatch.of(IdColumn.from(ids), Object.fromEntries(decoded));
  }
  if ("$scores" in marked) {
    const scores = marked.$scores as { snapshotDigest: string; modelVersion: string; margins: Json[] };
    return ModelScores.restore(
      scores.snapshotDigest,
      scores.modelVersion,
      F64Column.from(scores.margins.map((each) => fromGolden(each) as number)),
    );
  }
  if ("$snapshot" in marked) return snapshotFromGolden(marked.$snapshot as never, slot);
  return Object.fromEntries(Object.entries(marked).map(([key, each]) => [key, fromGolden(each)]));
}

function columnOf(type: string, values: readonly Json[]): Column {
  const rows = values.map((each) => fromGolden(each)) as number[];
  switch (type) {
    case "f64":
      return F64Column.from(rows);
    case "f32":
      return F32Column.from(rows);
    case "i32":
      return I32Column.from(rows);
    case "u8":
      return U8Column.from(rows);
    case "id":
      return IdColumn.from(rows);
    case "i64":
      return I64Column.from(rows as unknown as bigint[]);
    default:
      throw new Error(`a golden names column type "${type}"; expected f64, f32, i32, u8, id or i64`);
  }
}

interface SnapshotGolden {
  readonly rowCount: number;
  readonly features: Readonly<
    Record<string, { readonly values: readonly Json[]; readonly status: string | readonly string[] }>
  >;
}

function snapshotFromGolden(golden: SnapshotGolden, slot: AnySlot | undefined): FeatureSnapshot {
  const schema = featureSchemaOf(slot);
  const builder = new FeatureSnapshotBuilder(schema, golden.rowCount);
  for (const { name, type, dictionary } of schema.features) {
    const feature = golden.features[name];
    if (feature === undefined) throw new Error(`a golden of snapshot "${schema.name}" has no feature "${name}"`);
    const given = feature.values.map((each) => fromGolden(each) as number);
    const status = typeof feature.status === "string" ? given.map(() => feature.status as string) : feature.status;
    // An absent row is told by its status; whatever stands there must only be a value of the type.
    const numbers = given.map((value, row) => (isAbsent(status[row]) ? 0 : value));
    const codes = U8Column.from(status.map((each) => FEATURE_STATUSES.indexOf(each as never)));
    const column =
      type === "dictionary"
        ? DictionaryColumn.fromCodes(dictionary as Dictionary, numbers)
        : columnOf(type, numbers as readonly number[]);
    builder.setColumn(name, column, codes);
  }
  return builder.build();
}

function isAbsent(status: string | undefined): boolean {
  return status === "missing" || status === "timeout";
}

function featureSchemaOf(slot: AnySlot | undefined): FeatureSchema {
  const check = (slot?.schema as { _zod?: { def?: { fn?: unknown } } } | undefined)?._zod?.def?.fn;
  const kind = valueKindOf(check);
  if (kind?.kind === "featureSnapshot") return kind.schema;
  throw new Error(`slot "${slot?.name}" holds no feature snapshot, but its golden does`);
}
