/** A bounded look at any value of a slot, without what its schema marks as personal. */
import { CandidateBatch, type Column, FeatureSnapshot, ModelScores } from "@tenon/graph-core";
import { isColumn } from "@tenon/graph-core/internal";
import type { z } from "zod";
import { type Cell, PERSONAL, PREVIEW_BOUNDS } from "../node-values.ts";
import { arePersonal, type Marks, marksOfElement, marksOfField } from "./marks.ts";

type Json = z.core.util.JSONType;
const { depthMax, entriesMax, valuesMax, charactersMax } = PREVIEW_BOUNDS;

export function previewOf(value: unknown, marks: Marks): Json {
  return new Preview().of(value, marks, 0);
}

/** One preview: what it may still show is counted over all levels. */
class Preview {
  #left: number = valuesMax;

  of(value: unknown, marks: Marks, depth: number): Json {
    if (arePersonal(marks)) return PERSONAL;
    if (value instanceof CandidateBatch || value instanceof FeatureSnapshot || value instanceof ModelScores)
      return inWords(value);
    if (typeof value !== "object" || value === null) return this.#cell(value);
    if (depth === depthMax) return inWords(value);
    if (isColumn(value)) return this.#list(value.length, (at) => this.#cell(cellOf(value, at)));
    if (Array.isArray(value))
      return this.#list(value.length, (at) => this.of(value[at], marksOfElement(marks, at), depth + 1));
    return this.#record(value, marks, depth);
  }

  #cell(value: unknown): Json {
    this.#left--;
    return scalar(value);
  }

  #list(length: number, elementAt: (at: number) => Json): Json {
    const shown: Json[] = [];
    while (shown.length < Math.min(length, entriesMax) && this.#left > 0) shown.push(elementAt(shown.length));
    return shown.length === length ? shown : [...shown, `… ${length - shown.length} more`];
  }

  #record(value: object, marks: Marks, depth: number): Json {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    const shown: Record<string, Json> = {};
    let count = 0;
    for (const [name, field] of fields) {
      if (count === entriesMax || this.#left <= 0) break;
      shown[clipped(name)] = this.of(field, marksOfField(marks, name), depth + 1);
      count++;
    }
    if (count < fields.length) shown["…"] = `${fields.length - count} more`;
    return shown;
  }
}

/** What a value is, and how much of it: all that is told of a personal one. */
export function kindOf(value: unknown): { readonly kind: string; readonly size: number | null } {
  if (value === null || value === undefined) return { kind: "null", size: null };
  if (value instanceof CandidateBatch) return { kind: "batch", size: value.size };
  if (value instanceof FeatureSnapshot) return { kind: "snapshot", size: value.rowCount };
  if (value instanceof ModelScores) return { kind: "scores", size: value.margins.length };
  if (isColumn(value)) return { kind: "column", size: value.length };
  if (Array.isArray(value)) return { kind: "list", size: value.length };
  if (typeof value === "object") return { kind: "record", size: Object.keys(value).length };
  if (typeof value === "string") return { kind: "text", size: null };
  return { kind: typeof value === "boolean" ? "flag" : "number", size: null };
}

function inWords(value: unknown): string {
  const { kind, size } = kindOf(value);
  return `${kind} of ${size}`;
}

/** A word that a dictionary does not hold, and a number that is none, are null. */
export function cellOf(column: Column, row: number): Cell {
  if (column.type === "dictionary" && column.codeAt(row) === -1) return null;
  return scalar(column.at(row));
}

function scalar(value: unknown): Cell {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") return String(value);
  if (typeof value === "string") return clipped(value);
  return typeof value === "boolean" ? value : null;
}

function clipped(text: string): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax)}…`;
}
