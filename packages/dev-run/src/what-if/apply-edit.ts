/** Applies one edit to one slot's value. Values never change: an edited one is a copy of what lies on the way. */
import { CandidateBatch, type Column, GraphError, ModelScores } from "@tenon/graph-core";
import { didYouMean, isColumn, replaceColumn } from "@tenon/graph-core/internal";
import { devRunError } from "../dev-run-error.ts";
import { columnWith } from "./column-with.ts";
import type { AdEdit, Edit, FieldEdit } from "./edit.ts";

/** @param batch what a column's rows stand for: the batch of the map that wrote the slot. @throws GraphError TENON2005 */
export function applyEdit(edit: Edit, value: unknown, batch: CandidateBatch | undefined): unknown {
  if (edit.kind === "slot") return edit.value;
  return edit.kind === "field" ? withField(edit, value) : withAd(edit, value, batch);
}

function withField(edit: FieldEdit, value: unknown): unknown {
  const steps = edit.path.split(/[.[\]]+/).filter((step) => step !== "");
  const replaced = (at: unknown, depth: number): unknown => {
    if (depth === steps.length) return edit.value;
    const step = steps[depth] as string;
    const fields = isPlain(at) ? Object.keys(at) : [];
    if (!fields.includes(step)) {
      throw wrongEdit(edit, `it has no field "${steps.slice(0, depth + 1).join(".")}"`, {
        detail: fields.length === 0 ? "there are no fields here" : `expected one of ${fields.slice(0, 20).join(", ")}`,
        hint: `${didYouMean(step, fields)}\`tenon replay CORPUS ID --values\` prints what the slot holds`,
      });
    }
    const inner = replaced((at as Record<string, unknown>)[step], depth + 1);
    return Array.isArray(at) ? at.with(Number(step), inner) : { ...(at as object), [step]: inner };
  };
  return replaced(value, 0);
}

/** A record or an array: what has fields that JSON could name. */
function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !("tenonValue" in value);
}

function withAd(edit: AdEdit, value: unknown, batch: CandidateBatch | undefined): unknown {
  if (value instanceof CandidateBatch) {
    const name = edit.column ?? "";
    if (!value.has(name)) throw noColumn(edit, value.columnNames);
    return replaceColumn(value, name, changed(edit, value.column(name), value));
  }
  if (isColumn(value)) return changed(edit, value, batch);
  if (value instanceof ModelScores) {
    const margins = changed(edit, value.margins, batch);
    return ModelScores.restore(value.snapshotDigest, value.modelVersion, margins);
  }
  const columns = isPlain(value) ? Object.entries(value).filter(([, field]) => isColumn(field)) : [];
  const found = columns.find(([name]) => name === edit.column);
  if (found === undefined)
    throw noColumn(
      edit,
      columns.map(([name]) => name),
    );
  return { ...(value as object), [found[0]]: changed(edit, found[1] as Column, batch) };
}

function changed<C extends Column>(edit: AdEdit, column: C, batch: CandidateBatch | undefined): C {
  if (batch === undefined || batch.size !== column.length) {
    throw wrongEdit(edit, "its rows stand for no ads", { hint: "edit a candidate batch, or what a map wrote" });
  }
  const row = batch.rowOfId(edit.adId);
  if (row === -1) {
    throw wrongEdit(edit, `ad ${edit.adId} is not among its ${batch.size} ads`, {
      detail: "the ad was dropped before, or never retrieved",
      hint: "`tenon replay CORPUS ID --explain AD` shows how far it came; edit a slot before that",
    });
  }
  try {
    return columnWith(column, row, edit.value);
  } catch (error) {
    throw wrongEdit(edit, `its column of ${column.type} cannot hold ${JSON.stringify(edit.value)}`, {
      detail: error instanceof GraphError ? error.detail : (error as Error).message,
      hint: "give a value of the column's type",
    });
  }
}

function noColumn(edit: AdEdit, columns: readonly string[]): Error {
  const wanted = edit.column === undefined ? "the edit names no column" : `it has no column "${edit.column}"`;
  return wrongEdit(edit, wanted, {
    detail: columns.length === 0 ? "the slot holds no columns" : `expected one of ${columns.join(", ")}`,
    hint: "name a column of the slot",
  });
}

export function wrongEdit(
  { slot }: Pick<Edit, "slot">,
  why: string,
  facts: { readonly detail?: string | undefined; readonly hint: string },
): GraphError {
  return devRunError("wrongEdit", { message: `slot "${slot}" cannot be edited so: ${why}`, slot, ...facts });
}
