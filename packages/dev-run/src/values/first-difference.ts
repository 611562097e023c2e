/** Where two values of one slot begin to differ: a path a person can follow. */
import { CandidateBatch, type Column, FeatureSnapshot, ModelScores } from "@tenon/graph-core";
import { encodeValue, isColumn } from "@tenon/graph-core/internal";

export interface ValueDifference {
  /** `positions[2].adId`, `bidMicros of ad 41`, `[17]`; empty for the value itself. */
  readonly path: string;
  readonly left: unknown;
  readonly right: unknown;
}

/** The first difference, depth first, fields by name; `undefined` for equal values. */
export function firstDifference(left: unknown, right: unknown, path = ""): ValueDifference | undefined {
  if (Object.is(left, right)) return undefined;
  if (left instanceof CandidateBatch && right instanceof CandidateBatch) return inBatches(left, right, path);
  if (left instanceof ModelScores && right instanceof ModelScores) return inFields(left, right, path, SCORE_FIELDS);
  if (left instanceof FeatureSnapshot && right instanceof FeatureSnapshot) return inSnapshots(left, right, path);
  if (isColumn(left) && isColumn(right)) return inColumns(left, right, (row) => `${path}[${row}]`, path);
  if (Array.isArray(left) && Array.isArray(right)) return inArrays(left, right, path);
  if (isRecord(left) && isRecord(right)) {
    return inFields(left, right, path, [...new Set([...Object.keys(left), ...Object.keys(right)])].sort());
  }
  return Buffer.compare(encodeValue(left), encodeValue(right)) === 0 ? undefined : { path, left, right };
}

const SCORE_FIELDS = ["margins", "modelVersion", "snapshotDigest"];

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !("tenonValue" in value);
}

function inFields(left: object, right: object, path: string, names: readonly string[]): ValueDifference | undefined {
  for (const name of names) {
    const found = firstDifference(field(left, name), field(right, name), under(path, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

function under(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function field(value: object, name: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[name];
}

function inArrays(left: readonly unknown[], right: readonly unknown[], path: string): ValueDifference | undefined {
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const found = firstDifference(left[at], right[at], `${path}[${at}]`);
    if (found !== undefined) return found;
  }
  if (left.length === right.length) return undefined;
  return { path: `${path}.length`, left: left.length, right: right.length };
}

function inColumns(
  left: Column,
  right: Column,
  placeOf: (row: number) => string,
  path: string,
): ValueDifference | undefined {
  if (left.type !== right.type) return { path, left: left.type, right: right.type };
  for (let row = 0; row < Math.min(left.length, right.length); row++) {
    const [one, other] = [valueAt(left, row), valueAt(right, row)];
    if (!Object.is(one, other)) return { path: placeOf(row), left: one, right: other };
  }
  if (left.length === right.length) return undefined;
  return { path: `${path}.length`, left: left.length, right: right.length };
}

/** A word of a dictionary; null where it is absent. */
function valueAt(column: Column, row: number): unknown {
  if (column.type !== "dictionary") return column.at(row);
  return column.codeAt(row) === -1 ? null : column.at(row);
}

function inBatches(left: CandidateBatch, right: CandidateBatch, path: string): ValueDifference | undefined {
  const inIds = inColumns(left.ids, right.ids, (row) => under(path, `ids[${row}]`), under(path, "ids"));
  if (inIds !== undefined) return inIds;
  const names = inArrays(left.columnNames, right.columnNames, under(path, "columns"));
  if (names !== undefined) return names;
  for (const name of left.columnNames) {
    const placeOf = (row: number) => under(path, `${name} of ad ${left.ids.at(row)}`);
    const found = inColumns(left.column(name), right.column(name), placeOf, under(path, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

function inSnapshots(left: FeatureSnapshot, right: FeatureSnapshot, path: string): ValueDifference | undefined {
  if (left.schema.fingerprint !== right.schema.fingerprint) {
    return { path: under(path, "schema"), left: left.schema.fingerprint, right: right.schema.fingerprint };
  }
  for (const { name } of left.schema.features) {
    const placeOf = (row: number) => under(path, `${name}[${row}]`);
    const found = inColumns(left.column(name), right.column(name), placeOf, under(path, name));
    if (found !== undefined) return found;
  }
  return left.digest === right.digest
    ? undefined
    : { path: under(path, "digest"), left: left.digest, right: right.digest };
}
