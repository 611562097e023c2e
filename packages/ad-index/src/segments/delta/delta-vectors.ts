/**
 * Vectors of a growing segment. Every eligible row is looked at: as floats while they are few, by their bytes beyond. The scores are
 * those of rule V1 either way.
 */
import { hasBit, setBit } from "../../bits/bitset.ts";
import type { TopCandidates } from "../../vectors/top-candidates.ts";
import { paddedQuery, VectorTable } from "../../vectors/vector-table.ts";
import type { RowQuery, RowScan, VectorRows } from "../vector-rows.ts";
import { ByteSketch } from "./byte-sketch.ts";

/** Rows from which on bytes are kept: below, a scan of floats takes some 20 µs, and no memory of its own. */
const SKETCHED_ROWS_MIN = 512;
/** With fewer rows per ad wanted, most rows would survive the bytes. */
const ROWS_PER_AD_MIN = 4;
/** Share of the rows above which whole words are scanned. */
const DENSE_SHARE = 0.25;

export class DeltaVectors implements VectorRows {
  private readonly dimensions: number;
  private readonly rowsMax: number;
  private readonly idsOf: () => Float64Array;
  private readonly table: VectorTable;
  private sketch: ByteSketch | undefined;
  private size = 0;

  /** `idsOf`: the ads by row, as many as there are rows now. */
  constructor(dimensions: number, rowsMax: number, idsOf: () => Float64Array) {
    this.dimensions = dimensions;
    this.rowsMax = rowsMax;
    this.idsOf = idsOf;
    this.table = new VectorTable([], dimensions);
  }

  /** The vector of the next row, or undefined for an ad without one in this space. */
  add(row: number, vector: ArrayLike<number> | undefined): void {
    this.size = row + 1;
    if (vector !== undefined) this.table.set(row, vector);
    if (this.size < SKETCHED_ROWS_MIN) return;
    this.sketch ??= new ByteSketch(this.dimensions, this.rowsMax, (known) => this.vectorOf(known));
    this.sketch.growTo(this.size, this.hasVector);
  }

  get present(): Int32Array {
    return this.table.present;
  }

  vectorOf(row: number): Float32Array {
    return this.table.vectorOf(row).subarray(0, this.dimensions);
  }

  search({ vector, limit, eligible, searchable, time }: RowQuery, top: TopCandidates): RowScan {
    const stop = time === undefined ? undefined : () => time.nowMs() >= time.endMs;
    const rowsRead = stop?.() ? 0 : this.scan(vector, { limit, eligible, searchable, stop }, top);
    return {
      method: "exactScan",
      reason: "every eligible row is looked at",
      rowsRead,
      partial: rowsRead < searchable,
      parameters: {},
    };
  }

  private scan(
    vector: Float32Array,
    { limit, eligible, searchable, stop }: Pick<RowQuery, "limit" | "eligible" | "searchable"> & { stop: Stop },
    top: TopCandidates,
  ): number {
    const query = paddedQuery(vector);
    const { sketch } = this;
    if (sketch === undefined || limit === 0 || searchable < ROWS_PER_AD_MIN * limit || searchable < SKETCHED_ROWS_MIN)
      return this.table.scan(eligible, query, this.idsOf(), top, stop);
    const { present } = this;
    const rows = new Int32Array(eligible.length);
    for (let word = 0; word < rows.length; word++) rows[word] = (eligible[word] as number) & (present[word] as number);
    const dense = searchable >= DENSE_SHARE * this.size;
    const survivors = sketch.survivorsOf(vector, rows, { k: limit, threshold: top.threshold, dense });
    rows.fill(0);
    for (let place = 0; place < survivors.length; place += 2) setBit(rows, survivors[place] as number);
    this.table.scan(rows, query, this.idsOf(), top, undefined);
    return searchable;
  }

  private readonly hasVector = (row: number): boolean => hasBit(this.present, row);
}

type Stop = (() => boolean) | undefined;
