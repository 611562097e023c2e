import type { Key } from "./entity.ts";
import type { Lane } from "./lane.ts";

/**
 * `insert`: the row appeared (or is back), `delete`: it is gone; both have the full mask. `update`: a group was written.
 */
export type ChangeKind = "insert" | "update" | "delete";

/** Values of an entity's mapping columns, in declared order. */
export type MappingValues = readonly (Key | null)[];

/**
 * One change of one group of one row. Values are not in it: handlers read them from the tables, at one snapshot.
 * Per row and group, `oldVersion` is the `newVersion` of the change before it (0 at first).
 */
export interface RowChange {
  readonly entity: string;
  readonly key: Key;
  readonly kind: ChangeKind;
  /** Group or blob; `presence` for deletes and restores. */
  readonly group: string;
  /** Columns whose values changed, as bits. 0 when only the version moved. */
  readonly mask: number;
  readonly oldVersion: bigint;
  readonly newVersion: bigint;
  /** Mapping columns before and after, where the change may have moved the row to other dependents. */
  readonly mappingBefore?: MappingValues;
  readonly mappingAfter?: MappingValues;
}

/** What one transaction changed: the unit of the feed. Delivered whole or not at all. */
export interface ChangeBatch {
  /** Rising in the order in which transactions wrote any one row; gaps are rollbacks. */
  readonly seq: bigint;
  /** The writer's transaction id. */
  readonly xid: bigint;
  /** When it was written, ms since 1970 on the database's clock; for lag, never for logic. */
  readonly atMs: number;
  readonly lanes: readonly Lane[];
  readonly changes: readonly RowChange[];
}
