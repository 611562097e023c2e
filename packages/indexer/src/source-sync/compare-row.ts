/** A row of the ads database against its group in the repository. Versions alone tell: they order every state of a row. */

/** As the ads database has it. */
export interface SourceSide {
  readonly isThere: boolean;
  /** Even for a row, odd for its absence. */
  readonly version: number;
}

/** As the repository has it. */
export interface StoredSide {
  /** The row is live, and the group holds something. */
  readonly isThere: boolean;
  /** Of the group, or of the tombstone; 0 when neither is there. */
  readonly version: number;
}

/** `newer` is an alarm: the source went back, and nothing that is sent from it will be taken. */
export type RowDifference = "missing" | "older" | "newer" | "extra";

/** What the repository has to be told of; undefined when both say the same. */
export function compareRow(source: SourceSide, stored: StoredSide): RowDifference | undefined {
  if (stored.version > source.version) return stored.isThere || source.isThere ? "newer" : undefined;
  if (source.isThere && !stored.isThere) return "missing";
  if (!source.isThere) return stored.isThere ? "extra" : undefined;
  return stored.version < source.version ? "older" : undefined;
}
