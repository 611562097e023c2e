/** Why a record could not be read; `detail` names places and lengths, never the value: it may hold personal data. */
export interface Unreadable {
  readonly reason: UnreadableReason;
  readonly detail: string;
}

/**
 * `schemaUnknown`: written with a schema that the topic does not list as compatible. `notText`: not UTF-8. `notJson`.
 * `doesNotFit`: JSON, but not of the schema.
 */
export type UnreadableReason = "schemaUnknown" | "notText" | "notJson" | "doesNotFit";

export type Decoded<Value> = { readonly value: Value } | { readonly unreadable: Unreadable };
