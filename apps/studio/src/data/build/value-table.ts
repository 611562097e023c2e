/** Rows and columns of a value: the rows around an ad first wanted, never more than the bounds. */
import { CandidateBatch, type Column, FeatureSnapshot, ModelScores } from "@tenon/graph-core";
import { isColumn } from "@tenon/graph-core/internal";
import type { z } from "zod";
import { type Cell, PREVIEW_BOUNDS, type SlotView, type ValueTable } from "../node-values.ts";
import { arePersonal, type Marks, marksOfElement, marksOfField } from "./marks.ts";
import { cellOf, previewOf } from "./preview.ts";

const { rowsMax, columnsMax } = PREVIEW_BOUNDS;

/** Ads by row, for columns that stand beside a batch; undefined where they are aligned with none. */
export type Rows = CandidateBatch | undefined;

interface Columns {
  readonly length: number;
  readonly names: readonly string[];
  /** The cells of a row, in the order of `names`. */
  readonly cellsAt: (row: number) => Cell[];
}

/** Undefined for a value that has no rows. */
export function tableOf(value: unknown, rows: Rows, adId: number | undefined): ValueTable | undefined {
  const columns = columnsOf(value);
  if (columns === undefined) return undefined;
  const batch = batchOf(value, columns.length, rows);
  const at = rowOf(batch, adId);
  const first = Math.max(0, Math.min(at - Math.floor(rowsMax / 2), columns.length - rowsMax));
  const shown = Math.min(rowsMax, columns.length - first);
  return {
    columns: [...columns.names],
    rows: Array.from({ length: shown }, (_, place) => ({
      row: first + place,
      adId: batch?.ids.at(first + place) ?? null,
      cells: columns.cellsAt(first + place),
    })),
  };
}

/** One ad's own value, wherever a value has one: its row, its place in aligned columns, its element of a list. */
export function ownOf(value: unknown, marks: Marks, rows: Rows, adId: number): SlotView["ad"] {
  const columns = columnsOf(value);
  if (columns !== undefined) {
    const row = rowOf(batchOf(value, columns.length, rows), adId);
    if (row === -1) return null;
    const cells = columns.cellsAt(row);
    return { row, values: Object.fromEntries(columns.names.map((name, at) => [name, cells[at] ?? null])) };
  }
  if (Array.isArray(value)) return ownElement(value, marks, adId);
  return typeof value === "object" && value !== null ? ownFields(value, marks, rows, adId) : null;
}

function ownElement(value: readonly unknown[], marks: Marks, adId: number): SlotView["ad"] {
  const row = value.findIndex((each) => (each as { readonly adId?: unknown } | null)?.adId === adId);
  if (row === -1) return null;
  const own = previewOf(value[row], marksOfElement(marks, row)) as z.core.util.JSONType;
  return { row, values: typeof own === "object" && own !== null && !Array.isArray(own) ? own : { value: own } };
}

/** Of a record whose fields are columns beside a batch, or one list of ads. */
function ownFields(value: object, marks: Marks, rows: Rows, adId: number): SlotView["ad"] {
  const row = rowOf(rows, adId);
  const values: Record<string, Cell> = {};
  for (const [name, field] of Object.entries(value).slice(0, columnsMax)) {
    if (arePersonal(marksOfField(marks, name))) continue;
    if (row !== -1 && isColumn(field) && field.length === rows?.size) values[name] = cellOf(field, row);
    const own = Array.isArray(field) ? ownElement(field, marksOfField(marks, name), adId) : null;
    if (own !== null) return own;
  }
  return Object.keys(values).length === 0 ? null : { row, values };
}

function batchOf(value: unknown, length: number, rows: Rows): Rows {
  if (value instanceof CandidateBatch) return value;
  return rows?.size === length ? rows : undefined;
}

function rowOf(batch: Rows, adId: number | undefined): number {
  return batch === undefined || adId === undefined ? -1 : batch.rowOfId(adId);
}

function columnsOf(value: unknown): Columns | undefined {
  if (value instanceof CandidateBatch) {
    const names = value.columnNames.slice(0, columnsMax);
    return {
      ...{ length: value.size, names },
      cellsAt: (row) => {
        // One row is gathered, not whole columns that nobody has read yet.
        const own = value.select([row]);
        return names.map((name) => cellOf(own.column(name), 0));
      },
    };
  }
  if (value instanceof FeatureSnapshot) {
    const names = value.schema.names.slice(0, columnsMax);
    return {
      ...{ length: value.rowCount, names },
      cellsAt: (row) => names.map((_, at) => featureAt(value, at, row)),
    };
  }
  if (value instanceof ModelScores) return oneColumn("margin", value.margins);
  return isColumn(value) ? oneColumn("value", value) : undefined;
}

/** A feature without a value says why not. */
function featureAt(snapshot: FeatureSnapshot, feature: number, row: number): Cell {
  const status = snapshot.statusAt(feature, row);
  return status === "missing" || status === "timeout" ? status : cellOf(snapshot.columnAt(feature), row);
}

function oneColumn(name: string, column: Column): Columns {
  return { length: column.length, names: [name], cellsAt: (row) => [cellOf(column, row)] };
}
