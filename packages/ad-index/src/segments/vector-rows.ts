/** Vectors of a segment by row, behind one way of searching them. */
import { onesOf } from "../bits/bitset.ts";
import type { TopCandidates } from "../vectors/top-candidates.ts";
import { paddedQuery, VectorTable } from "../vectors/vector-table.ts";

export interface RowQuery {
  /** Finite, as wide as the rows. */
  readonly vector: Float32Array;
  readonly limit: number;
  /** Rows that may be found. */
  readonly eligible: Int32Array;
  /** How many of them have a vector. */
  readonly searchable: number;
  /** A monotonic clock and the instant on it at which the search is to end, in milliseconds; no limit when absent. */
  readonly time: { readonly nowMs: () => number; readonly endMs: number } | undefined;
  /** Also report which share of the exact answer was found. */
  readonly shadow: boolean;
}

export interface RowScan {
  readonly method: string;
  readonly reason: string;
  readonly rowsRead: number;
  /** The time ended first. */
  readonly partial: boolean;
  readonly parameters: Readonly<Record<string, number>>;
}

export interface VectorRows {
  /** Rows with a vector, one bit per row. */
  readonly present: Int32Array;
  /** The vector of a row that has one. */
  vectorOf(row: number): Float32Array;
  /** Offers the best rows, at least `limit` of them where there are as many, by their ads. */
  search(query: RowQuery, top: TopCandidates): RowScan | Promise<RowScan>;
}

export function countPresent(rows: Int32Array, present: Int32Array): number {
  let count = 0;
  for (let word = 0; word < rows.length; word++) count += onesOf((rows[word] as number) & (present[word] as number));
  return count;
}

/** Looks at every eligible row: for segments of changes, and for indexes whose answers are the truth. */
export class FlatRows implements VectorRows {
  private readonly ids: Float64Array;
  private readonly dimensions: number;
  private readonly table: VectorTable;

  /** `ids[row]`: the ads. */
  constructor(ids: Float64Array, vectors: readonly (ArrayLike<number> | undefined)[], dimensions: number) {
    this.ids = ids;
    this.dimensions = dimensions;
    this.table = new VectorTable(vectors, dimensions);
  }

  get present(): Int32Array {
    return this.table.present;
  }

  vectorOf(row: number): Float32Array {
    return this.table.vectorOf(row).subarray(0, this.dimensions);
  }

  search({ vector, eligible, searchable, time }: RowQuery, top: TopCandidates): RowScan {
    const stop = time === undefined ? undefined : () => time.nowMs() >= time.endMs;
    const rowsRead = stop?.() ? 0 : this.table.scan(eligible, paddedQuery(vector), this.ids, top, stop);
    return {
      method: "exactScan",
      reason: "every eligible row is looked at",
      rowsRead,
      partial: rowsRead < searchable,
      parameters: {},
    };
  }
}
