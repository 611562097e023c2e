/** Changes of one run's values: a whole slot, a field in it, or one ad's value in a column. */
import type { SlotKey } from "@tenon/graph-core";

export type Edit = SlotEdit | FieldEdit | AdEdit;

/** Puts a value in a slot; of a node that writes this slot alone, the node is not called. */
export interface SlotEdit {
  readonly kind: "slot";
  readonly slot: SlotKey;
  readonly value: unknown;
}

/** Replaces a field that is there: `consent.personalisation`, `organicItems[0].utility`. */
export interface FieldEdit {
  readonly kind: "field";
  readonly slot: SlotKey;
  readonly path: string;
  readonly value: unknown;
}

/**
 * Replaces one ad's value. In a candidate batch `column` names the column; in a record of columns the field; a slot that
 * is a column, or scores of a model, has no `column`.
 */
export interface AdEdit {
  readonly kind: "ad";
  readonly slot: SlotKey;
  readonly adId: number;
  readonly column?: string;
  readonly value: number | string;
}

/** `auctionScore.ecpmMicros of ad 41 = 5000`. */
export function editText(edit: Edit): string {
  const value = typeof edit.value === "bigint" ? `${edit.value}n` : JSON.stringify(edit.value);
  if (edit.kind === "slot") return `${edit.slot} = ${value}`;
  if (edit.kind === "field") return `${edit.slot}.${edit.path} = ${value}`;
  return `${edit.slot}${edit.column === undefined ? "" : `.${edit.column}`} of ad ${edit.adId} = ${value}`;
}
