import type { AdsRows, AdsTable } from "./tables.ts";

/** Names a row. */
export interface RowKey<Table extends AdsTable = AdsTable> {
  readonly table: Table;
  readonly key: number;
}

/**
 * A row as it is now, or that it is not there.
 *
 * `version` orders all states of a row, deletes and re-inserts included, whatever order they are heard in: even for a row,
 * odd for a deletion, and 1 for a row that never was. Two readings of one state have one version.
 */
export interface CurrentRow<Table extends AdsTable = AdsTable> extends RowKey<Table> {
  readonly version: number;
  /** When the state was written, by the database's clock; 0 for a row that never was. */
  readonly updatedAtMs: number;
  /** Null: deleted, or never there. */
  readonly row: AdsRows[Table] | null;
}

/** Asks the advertisers' database for rows as they are now. */
export interface CurrentRows {
  /**
   * @throws GraphError TENON1577 when too many asks wait already; the signal's reason once it is aborted; what the database
   *   throws
   */
  row<Table extends AdsTable>(ask: RowKey<Table>, signal?: AbortSignal): Promise<CurrentRow<Table>>;
  /** The rows in the order of the asks; one ask may be given twice. */
  rows(asks: readonly RowKey[], signal?: AbortSignal): Promise<readonly CurrentRow[]>;
}
