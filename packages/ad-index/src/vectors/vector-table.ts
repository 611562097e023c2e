/**
 * Vectors of a segment, one after the other, in rows padded to a multiple of four components.
 *
 * V1 A score is the inner product in doubles, summed in four lanes (component modulo four) that are added as (0+1)+(2+3), and
 *    rounded to float32 at the end. The order of additions is fixed, so a score is the same bits on every machine and in every
 *    segment the vector may move to.
 */
import { lowestBit, onesOf, setBit, wordsFor } from "../bits/bitset.ts";
import { withRoom } from "../bits/growing.ts";
import type { TopCandidates } from "./top-candidates.ts";

const LANES = 4;
/** Rows scored between two looks at the clock: about 0.1 ms, small against any budget and large against the price of a look. */
const ROWS_PER_CLOCK = 2_048;

/** Whether the time is up; asked now and then during a scan. */
export type Stop = () => boolean;

export class VectorTable {
  /** Rows that have a vector. */
  present: Int32Array;
  private values: Float32Array;
  private readonly stride: number;

  /** `vectors[row]`: exactly `dimensions` finite components, or undefined for an ad without a vector in this space. */
  constructor(vectors: readonly (ArrayLike<number> | undefined)[], dimensions: number) {
    this.stride = strideOf(dimensions);
    this.values = new Float32Array(vectors.length * this.stride);
    this.present = new Int32Array(wordsFor(vectors.length));
    for (const [row, vector] of vectors.entries()) if (vector !== undefined) this.set(row, vector);
  }

  /** Gives a row its vector, and makes room where there is no such row yet. */
  set(row: number, vector: ArrayLike<number>): void {
    this.values = withRoom(this.values, (row + 1) * this.stride);
    this.present = withRoom(this.present, wordsFor(row + 1));
    this.values.set(vector, row * this.stride);
    setBit(this.present, row);
  }

  /** The vector of a row, padding included. */
  vectorOf(row: number): Float32Array {
    return this.values.subarray(row * this.stride, (row + 1) * this.stride);
  }

  /** How many of `rows` have a vector. */
  countPresent(rows: Int32Array): number {
    const { present } = this;
    let count = 0;
    for (let index = 0; index < rows.length; index++)
      count += onesOf((rows[index] as number) & (present[index] as number));
    return count;
  }

  /**
   * Offers every row of `rows` that has a vector. Returns how many rows were scored; fewer than there are when `stop` said so.
   * `query`: from {@link paddedQuery}. `ids[row]`: the ads.
   */
  scan(rows: Int32Array, query: Float64Array, ids: Float64Array, top: TopCandidates, stop: Stop | undefined): number {
    const { present } = this;
    let scored = 0;
    let looked = 0;
    for (let index = 0; index < rows.length; index++) {
      let word = (rows[index] as number) & (present[index] as number);
      while (word !== 0) {
        const row = (index << 5) + lowestBit(word);
        const score = this.scoreOf(row, query);
        if (score >= top.threshold) top.offer(score, ids[row] as number);
        scored++;
        word &= word - 1;
      }
      if (stop !== undefined && scored - looked >= ROWS_PER_CLOCK) {
        looked = scored;
        if (stop()) return scored;
      }
    }
    return scored;
  }

  private scoreOf(row: number, query: Float64Array): number {
    const { values, stride } = this;
    let lane0 = 0;
    let lane1 = 0;
    let lane2 = 0;
    let lane3 = 0;
    let place = row * stride;
    for (let axis = 0; axis < stride; axis += LANES) {
      lane0 += (values[place] as number) * (query[axis] as number);
      lane1 += (values[place + 1] as number) * (query[axis + 1] as number);
      lane2 += (values[place + 2] as number) * (query[axis + 2] as number);
      lane3 += (values[place + 3] as number) * (query[axis + 3] as number);
      place += LANES;
    }
    return Math.fround(lane0 + lane1 + (lane2 + lane3));
  }
}

export function strideOf(dimensions: number): number {
  return Math.ceil(dimensions / LANES) * LANES;
}

/** A query in doubles, padded like the rows: converting it once is cheaper than once per row. */
export function paddedQuery(components: ArrayLike<number>): Float64Array {
  const query = new Float64Array(strideOf(components.length));
  query.set(components);
  return query;
}
