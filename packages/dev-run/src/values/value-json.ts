import { CandidateBatch, type Column, FeatureSnapshot, ModelScores } from "@tenon/graph-core";
import { isColumn } from "@tenon/graph-core/internal";

/** Any value of a slot as plain JSON, for people and tools: columns are lists, a batch one record per ad. */
export function valueJson(value: unknown): unknown {
  if (value instanceof CandidateBatch) return batchJson(value);
  if (value instanceof ModelScores) return { modelVersion: value.modelVersion, margins: columnJson(value.margins) };
  if (value instanceof FeatureSnapshot) {
    const { schema } = value;
    return Object.fromEntries(schema.features.map(({ name }) => [name, columnJson(value.column(name))]));
  }
  if (isColumn(value)) return columnJson(value);
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map(valueJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, valueJson(field)]));
}

function batchJson(batch: CandidateBatch): unknown {
  const columns = batch.columnNames.map((name) => [name, batch.column(name)] as const);
  return Array.from({ length: batch.size }, (_, row) => ({
    id: batch.ids.at(row),
    ...Object.fromEntries(columns.map(([name, column]) => [name, cellJson(column, row)])),
  }));
}

function columnJson(column: Column): readonly unknown[] {
  return Array.from({ length: column.length }, (_, row) => cellJson(column, row));
}

/** An absent word of a dictionary, and a number that is none, are null. */
function cellJson(column: Column, row: number): unknown {
  if (column.type === "i64") return String(column.at(row));
  if (column.type === "dictionary") return column.codeAt(row) === -1 ? null : column.at(row);
  const value = column.at(row);
  return Number.isFinite(value) ? value : null;
}
