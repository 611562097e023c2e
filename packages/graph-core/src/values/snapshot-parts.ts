import type { Column } from "./column.ts";
import type { FeatureSchema } from "./feature-schema.ts";

export type FeatureStatus = "ok" | "default" | "missing" | "timeout" | "stale";

/** A status's code is its position. Part of the byte format: append only. */
export const FEATURE_STATUSES: readonly FeatureStatus[] = Object.freeze([
  "ok",
  "default",
  "missing",
  "timeout",
  "stale",
]);

/** One feature's statuses: one code for all rows, or one code per row (never all the same). */
export type Statuses = number | Uint8Array;

/** What a snapshot holds; columns and statuses in schema order. */
export interface SnapshotParts {
  readonly schema: FeatureSchema;
  readonly rowCount: number;
  readonly columns: readonly Column[];
  readonly statuses: readonly Statuses[];
}

/** Most rows of a snapshot: a damaged row count must not fill the memory. A request scores a few hundred. */
export const SNAPSHOT_ROWS_MAX = 1_048_576;
