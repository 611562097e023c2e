/**
 * A slot's value as JSON that another version of the code reads without knowing the slot. Rows of a batch keep their ids,
 * so that two versions are compared ad by ad, not row by row.
 *
 * Numbers that JSON has no word for, and big integers, are records with one key that begins with `$`.
 */
import { CandidateBatch, type Column, FeatureSnapshot, ModelScores } from "@tenon/graph-core";
import { isColumn } from "@tenon/graph-core/internal";

export function plainValue(value: unknown): unknown {
  if (typeof value === "number") return plainNumber(value);
  if (typeof value === "bigint") return { $big: String(value) };
  if (typeof value !== "object" || value === null) return value ?? null;
  if (Array.isArray(value)) return value.map(plainValue);
  if (isColumn(value)) return { $column: wordsOf(value) };
  if (value instanceof CandidateBatch) {
    const columns = value.columnNames.map((name) => [name, wordsOf(value.column(name))]);
    return { $batch: { ids: wordsOf(value.ids), columns: Object.fromEntries(columns) } };
  }
  if (value instanceof FeatureSnapshot) {
    const columns = value.schema.names.map((name, at) => [name, wordsOf(value.columnAt(at))]);
    return { $snapshot: { schema: value.schema.fingerprint, columns: Object.fromEntries(columns) } };
  }
  if (value instanceof ModelScores) {
    const { snapshotDigest, modelVersion, margins } = value;
    return { $scores: { snapshotDigest, modelVersion, margins: wordsOf(margins) } };
  }
  const fields = Object.entries(value).flatMap(([key, part]) => (part === undefined ? [] : [[key, plainValue(part)]]));
  return Object.fromEntries(fields);
}

function wordsOf(column: Column): readonly unknown[] {
  return Array.from({ length: column.length }, (_, row) => {
    if (column.type !== "dictionary") return plainValue(column.at(row));
    const code = column.codeAt(row);
    return code < 0 ? null : (column.dictionary.words[code] ?? code);
  });
}

function plainNumber(value: number): unknown {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return { $number: Object.is(value, -0) ? "-0" : String(value) };
}
