import type { Column } from "./column.ts";
import { HAND_OVER, type U8Column, u8Values } from "./columns.ts";
import { ABSENT, type FeatureDeclaration, type FeatureSchema, fits } from "./feature-schema.ts";
import { FeatureSnapshot } from "./feature-snapshot.ts";
import { absent, constant, presentText, type Settled, settle } from "./settle-feature.ts";
import { FEATURE_STATUSES, type FeatureStatus, SNAPSHOT_ROWS_MAX } from "./snapshot-parts.ts";
import { featureMisfit, rowOutOfRange, writerSealed } from "./value-error.ts";

/**
 * Collects features and freezes them into a snapshot. Features may be set in any order, each at most once.
 *
 * Absent values follow the feature's null policy: the default with status `default`, or the absent form with status
 * `missing`. Absent is: never set, status `missing` or `timeout` (which stays `timeout`), or, when no status is given,
 * a row that holds NaN, `ABSENT_I32` or code -1.
 *
 * @example
 * const snapshot = new FeatureSnapshotBuilder(RankingFeatures, batch.size)
 *   .setScalar("userShownToday", counts?.shownToday, counts === undefined ? "timeout" : "ok")
 *   .setColumn("retrievalScore", batch.column("retrievalScore"))
 *   .build();
 */
export class FeatureSnapshotBuilder<Names extends string = string> {
  readonly #schema: FeatureSchema<Names>;
  readonly #rowCount: number;
  readonly #settled: (Settled | undefined)[];
  #built = false;

  constructor(schema: FeatureSchema<Names>, rowCount: number) {
    if (rowCount >>> 0 !== rowCount || rowCount > SNAPSHOT_ROWS_MAX) {
      throw rowOutOfRange("the row counts of a snapshot", rowCount, SNAPSHOT_ROWS_MAX + 1);
    }
    this.#schema = schema;
    this.#rowCount = rowCount;
    this.#settled = new Array(schema.features.length);
  }

  /**
   * Sets a feature row by row. `status` is one for all rows, or a code per row (position in `FEATURE_STATUSES`).
   * Throws TENON1158 for an unknown feature, TENON1159 for a column of another type, length or dictionary, for a second
   * set, and for a row that its status says is present but is not a value of the type.
   */
  setColumn(name: Names, column: Column, status?: FeatureStatus | U8Column): this {
    const feature = this.#open(name);
    requireColumn(feature, column, this.#rowCount);
    const given = status === undefined || typeof status === "string" ? codeOf(status) : u8Values(status);
    if (typeof given === "object" && given.length !== this.#rowCount) {
      throw featureMisfit(name, `${this.#rowCount} statuses`, `${given.length}`);
    }
    this.#settled[this.#schema.index(name)] = settle(feature, column, given);
    return this;
  }

  /** Sets one value for every row; `undefined` is absent. Errors as {@link setColumn}. */
  setScalar(name: Names, value: number | undefined, status?: FeatureStatus): this {
    const feature = this.#open(name);
    const present = value ?? ABSENT[feature.type];
    if (value !== undefined && !Object.is(value, ABSENT[feature.type]) && !fits(feature, value)) {
      throw featureMisfit(name, presentText(feature), String(value));
    }
    this.#settled[this.#schema.index(name)] = settle(
      feature,
      constant(feature, present, this.#rowCount),
      codeOf(status),
    );
    return this;
  }

  /** Freezes the snapshot. The builder cannot be used again (TENON1151). */
  build(): FeatureSnapshot<Names> {
    if (this.#built) throw writerSealed("feature snapshot");
    this.#built = true;
    const schema = this.#schema;
    const rowCount = this.#rowCount;
    const settled = schema.features.map((feature, index) => this.#settled[index] ?? absent(feature, rowCount));
    return new FeatureSnapshot<Names>(HAND_OVER, {
      schema,
      rowCount,
      columns: settled.map((each) => each.column),
      statuses: settled.map((each) => each.statuses),
    });
  }

  #open(name: string): FeatureDeclaration {
    if (this.#built) throw writerSealed("feature snapshot");
    const index = this.#schema.index(name);
    if (this.#settled[index] !== undefined) throw featureMisfit(name, "to be set once", "a second set");
    return this.#schema.features[index] as FeatureDeclaration;
  }
}

function codeOf(status: FeatureStatus | undefined): number | undefined {
  return status === undefined ? undefined : FEATURE_STATUSES.indexOf(status);
}

function requireColumn(feature: FeatureDeclaration, column: Column, rowCount: number): void {
  if (column.type !== feature.type) throw featureMisfit(feature.name, `a column of type ${feature.type}`, column.type);
  if (column.length !== rowCount) throw featureMisfit(feature.name, `${rowCount} rows`, `${column.length}`);
  if (column.type === "dictionary" && column.dictionary.fingerprint !== feature.dictionary?.fingerprint) {
    throw featureMisfit(
      feature.name,
      `dictionary ${feature.dictionary?.fingerprint.slice(0, 12)}`,
      `dictionary ${column.dictionary.fingerprint.slice(0, 12)}`,
    );
  }
}
