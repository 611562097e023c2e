/**
 * Features as they were served: what the ranker reads and what the log writes are one value with one digest.
 *
 * F1 Every snapshot went through `settle` (settle-feature.ts), built or decoded.
 * F2 A row whose status is `ok`, `default` or `stale` holds a present value. `missing` holds the absent form of its
 *    type; `timeout` holds the default where the null policy gives one, the absent form otherwise.
 * F3 Equal contents have equal bytes: NaN has one bit pattern, -0 is kept, and forms are chosen by content alone.
 */
import { hash } from "node:crypto";
import { type Column, columnValues } from "./column.ts";
import { HAND_OVER, type HandOver, requireHandOver } from "./columns.ts";
import { ABSENT_I32, type FeatureSchema } from "./feature-schema.ts";
import { readSnapshotBytes, snapshotBytes } from "./snapshot-bytes.ts";
import { FEATURE_STATUSES, type FeatureStatus, type SnapshotParts, type Statuses } from "./snapshot-parts.ts";
import { rowOutOfRange, undecodable } from "./value-error.ts";

let snapshotParts: (snapshot: FeatureSnapshot) => SnapshotParts;

/** `Names` are the features of its schema: reading one that is not among them is a type error. */
export class FeatureSnapshot<Names extends string = string> {
  readonly tenonValue = "featureSnapshot";
  readonly schema: FeatureSchema<Names>;
  readonly rowCount: number;
  readonly #parts: SnapshotParts;
  #digest: string | undefined;

  /** Use {@link FeatureSnapshotBuilder} (F1). */
  constructor(key: HandOver, parts: SnapshotParts) {
    requireHandOver(key);
    this.schema = parts.schema as FeatureSchema<Names>;
    this.rowCount = parts.rowCount;
    this.#parts = parts;
    Object.freeze(this);
  }

  static {
    snapshotParts = (snapshot) => snapshot.#parts;
  }

  /**
   * The snapshot that `toBytes` wrote. Throws TENON1161 for bytes of another schema, damaged bytes, and bytes that are
   * not the canonical form of what they say.
   */
  static fromBytes<Names extends string>(schema: FeatureSchema<Names>, bytes: Uint8Array): FeatureSnapshot<Names> {
    const snapshot = new FeatureSnapshot<Names>(HAND_OVER, readSnapshotBytes(schema, bytes));
    if (Buffer.compare(snapshot.toBytes(), bytes) !== 0) {
      throw undecodable(`a snapshot of features "${schema.name}"`, "the bytes are not in canonical form");
    }
    return snapshot;
  }

  /** sha-256 (hex) of {@link toBytes}; computed at the first read, then kept. */
  get digest(): string {
    this.#digest ??= hash("sha256", this.toBytes());
    return this.#digest;
  }

  /** Whether the bytes still have the digest that was read first: false means that someone wrote behind a column. */
  isIntact(): boolean {
    return this.#digest === undefined || this.#digest === hash("sha256", this.toBytes());
  }

  /**
   * The value a model sees: the number, or a dictionary code. Absent: NaN for f64, f32 and i32, -1 for a dictionary.
   * Throws TENON1158 for an unknown feature, TENON1150 for a row outside the snapshot. In loops, use {@link column}.
   */
  valueAt(feature: Names | number, row: number): number {
    const column = this.columnAt(this.#index(feature));
    switch (column.type) {
      case "dictionary":
        return column.codeAt(row);
      case "i32": {
        const value = column.at(row);
        return value === ABSENT_I32 ? Number.NaN : value;
      }
      default:
        return column.at(row) as number;
    }
  }

  /** A feature's column. Absent rows hold NaN (f64, f32), `ABSENT_I32` (i32) or code -1 (dictionary). */
  column(name: Names): Column {
    return this.columnAt(this.schema.index(name));
  }

  /** A feature's column by its position in the schema. */
  columnAt(index: number): Column {
    const column = this.#parts.columns[index];
    if (column === undefined) throw rowOutOfRange("a list of features", index, this.#parts.columns.length);
    return column;
  }

  /** Why a row's value is what it is. Errors as {@link valueAt}. */
  statusAt(feature: Names | number, row: number): FeatureStatus {
    const statuses = this.#parts.statuses[this.#index(feature)] as Statuses;
    if (row >>> 0 !== row || row >= this.rowCount) throw rowOutOfRange("a feature snapshot", row, this.rowCount);
    const code = typeof statuses === "number" ? statuses : (statuses[row] as number);
    return FEATURE_STATUSES[code] as FeatureStatus;
  }

  /** How many rows of a feature have each status. */
  statusCounts(feature: Names | number): Readonly<Record<FeatureStatus, number>> {
    const counts = { ok: 0, default: 0, missing: 0, timeout: 0, stale: 0 };
    const statuses = this.#parts.statuses[this.#index(feature)] as Statuses;
    if (typeof statuses === "number") counts[FEATURE_STATUSES[statuses] as FeatureStatus] = this.rowCount;
    else for (const code of statuses) counts[FEATURE_STATUSES[code] as FeatureStatus]++;
    return counts;
  }

  /** The canonical bytes (layout in snapshot-bytes.ts). sha-256 of them is {@link digest}. */
  toBytes(): Uint8Array {
    return snapshotBytes(this.#parts);
  }

  #index(feature: string | number): number {
    if (typeof feature === "string") return this.schema.index(feature);
    if (this.schema.names[feature] === undefined) {
      throw rowOutOfRange("a list of features", feature, this.schema.names.length);
    }
    return feature;
  }
}

/** A checksum-friendly view: every typed array of the snapshot. */
export function snapshotArrays(snapshot: FeatureSnapshot): readonly ArrayBufferView[] {
  const { columns, statuses } = snapshotParts(snapshot);
  return [...columns.map((column) => columnValues(column)), ...statuses.filter((each) => typeof each !== "number")];
}

export { snapshotParts };
