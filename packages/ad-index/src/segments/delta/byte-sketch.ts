/**
 * Vectors of a growing segment as bytes, for the scan of `vectors/kernels`: it leaves out rows that are surely not among the best,
 * by the bound of quantise.ts (Q3). What is left gets its exact score elsewhere.
 *
 * Y1 A component beyond the range so far widens it, and all rows are written anew. That happens a logarithmic number of times.
 */
import { wordsFor } from "../../bits/bitset.ts";
import { bindKernels, type Kernels } from "../../vectors/kernels/kernels.ts";
import {
  alignUp,
  HISTOGRAM_BUCKETS,
  type ScratchLayout,
  STATE,
  SURVIVORS_MAX,
  scratchLayout,
} from "../../vectors/kernels/scan-state.ts";
import { sharedMemory } from "../../vectors/kernels/wasm.ts";
import { quantiseComponent, quantiseQuery, ROW_OFFSET, rowScale, scoreBound } from "../../vectors/segment/quantise.ts";

/** How much wider a new range is than what called for it. */
const HEADROOM = 1.25;
/** Rows of one step of the bytes, and of one word. */
const STRIDE_BYTES = 16;
const LINE_BYTES = 64;
/** Buckets are counted with shifts of whole scores; see scan-state.ts. */
const BUCKET_BITS = 10;

export interface Wanted {
  /** Ads wanted, 1 or more. */
  readonly k: number;
  /** Score that `k` ads of other segments reach already; minus infinity when there are fewer. */
  readonly threshold: number;
  /** Whether many rows are eligible, so that whole words are scanned. */
  readonly dense: boolean;
}

export class ByteSketch {
  private readonly vectorOf: (row: number) => Float32Array;
  private readonly kernels: Kernels;
  private readonly scratch: ScratchLayout;
  private readonly stride: number;
  private readonly rows: Int8Array;
  private readonly rowsAt: number;
  private readonly mask: Int32Array;
  private readonly maskAt: number;
  private readonly survivors: Int32Array;
  private readonly state: Int32Array;
  private readonly histogram: Int32Array;
  private readonly ranges: Int32Array;
  private readonly queryBytes: Int8Array;
  private size = 0;
  private max = 0;
  private scale = 1;
  /** Greatest squares of lengths among the rows. */
  private errorMax = 0;
  private stepsMax = 0;
  private normMax = 0;

  /** `rowsMax`: at most {@link SURVIVORS_MAX} / 2, so that a scan never has to stop for its survivors. `vectorOf`: of a row. */
  constructor(dimensions: number, rowsMax: number, vectorOf: (row: number) => Float32Array) {
    this.vectorOf = vectorOf;
    this.stride = alignUp(dimensions, STRIDE_BYTES);
    this.scratch = scratchLayout(LINE_BYTES, this.stride, alignUp(dimensions, 4), 1);
    this.rowsAt = alignUp(LINE_BYTES + this.scratch.bytes, LINE_BYTES);
    const rowBytes = alignUp(rowsMax, 32) * this.stride;
    this.maskAt = this.rowsAt + alignUp(rowBytes, LINE_BYTES);
    const maskBytes = alignUp(4 * wordsFor(rowsMax), LINE_BYTES);
    const memory = sharedMemory(this.maskAt + maskBytes);
    this.kernels = bindKernels(memory);
    const { buffer } = memory;
    this.rows = new Int8Array(buffer, this.rowsAt, rowBytes);
    this.mask = new Int32Array(buffer, this.maskAt, wordsFor(rowsMax));
    this.survivors = new Int32Array(buffer, this.scratch.survivors, SURVIVORS_MAX * 2);
    this.state = new Int32Array(buffer, this.scratch.state, 32);
    this.histogram = new Int32Array(buffer, this.scratch.histogram, HISTOGRAM_BUCKETS);
    this.ranges = new Int32Array(buffer, this.scratch.ranges, 2);
    this.queryBytes = new Int8Array(buffer, this.scratch.query, this.stride);
    new Int32Array(buffer)[this.scratch.masks >> 2] = this.maskAt;
  }

  /** Takes in rows up to `size`; one without a vector stays as it is, for no mask names it. */
  growTo(size: number, hasVector: (row: number) => boolean): void {
    for (; this.size < size; this.size++) if (hasVector(this.size)) this.write(this.size, hasVector);
  }

  /**
   * Rows of `eligible` that may be among its best `k`; all of those are there. Each stands before its integer score, at even
   * places. A view until the next call. `eligible`: rows that have a vector, one bit per row.
   */
  survivorsOf(query: ArrayLike<number>, eligible: Int32Array, wanted: Wanted): Int32Array {
    const { scratch, kernels, state } = this;
    const words = Math.min(eligible.length, wordsFor(this.size));
    this.mask.set(eligible.subarray(0, words));
    this.ranges[1] = words;
    this.begin(query, wanted);
    const scan = wanted.dense ? kernels.scanDense : kernels.scanListed;
    scan(scratch.state, scratch.ranges, 1, scratch.masks, 1, this.rows.length);
    kernels.keep(scratch.state);
    return this.survivors.subarray(0, 2 * (state[STATE.survivorCount] as number));
  }

  private begin(query: ArrayLike<number>, { k, threshold }: Wanted): void {
    const { scratch, state, histogram } = this;
    histogram.fill(0);
    const quantised = quantiseQuery(query, this.queryBytes);
    const { scale } = this;
    const rows = {
      scale,
      errorMax: Math.sqrt(this.errorMax),
      stepsMax: Math.sqrt(this.stepsMax),
      normMax: Math.sqrt(this.normMax),
    };
    const { stepsMax, unit, error } = scoreBound(rows, quantised, 0);
    const margin = Math.ceil((2 * error) / unit) + 1;
    const shift = Math.max(0, 32 - Math.clz32((2 * stepsMax) >>> BUCKET_BITS));
    state[STATE.rows] = this.rowsAt;
    state[STATE.stride] = this.stride;
    state[STATE.query] = scratch.query;
    state[STATE.bias] = quantised.bias;
    state[STATE.k] = k;
    state[STATE.margin] = margin;
    state[STATE.low] = -stepsMax;
    state[STATE.shift] = shift;
    state[STATE.histogram] = scratch.histogram;
    state[STATE.cut] = 0;
    state[STATE.above] = 0;
    state[STATE.edge] = -stepsMax;
    state[STATE.threshold] = -stepsMax - margin;
    state[STATE.survivors] = scratch.survivors;
    state[STATE.survivorCount] = 0;
    state[STATE.survivorsMax] = SURVIVORS_MAX;
    state[STATE.rowsRead] = 0;
    state[STATE.rowBuffer] = scratch.rowBuffer;
    state[STATE.range] = 0;
    state[STATE.word] = 0;
    const reached = Math.floor((threshold + error) / unit);
    if (reached <= -stepsMax) return;
    // `k` ads of other segments reach the threshold: as if as many rows of that integer score had been met already.
    const cut = Math.min(HISTOGRAM_BUCKETS - 1, Math.floor((reached + stepsMax) / 2 ** shift));
    histogram[cut] = k;
    state[STATE.cut] = cut;
    state[STATE.above] = k;
    state[STATE.edge] = cut * 2 ** shift - stepsMax;
    state[STATE.threshold] = cut * 2 ** shift - stepsMax - margin;
  }

  private write(row: number, hasVector: (row: number) => boolean): void {
    const vector = this.vectorOf(row);
    let max = 0;
    for (let axis = 0; axis < vector.length; axis++) {
      const size = Math.abs(vector[axis] as number);
      if (size > max) max = size;
    }
    if (max > this.max) this.widen(max * HEADROOM, row, hasVector);
    this.quantise(row, vector);
  }

  private widen(max: number, end: number, hasVector: (row: number) => boolean): void {
    this.max = max;
    this.scale = rowScale(max);
    this.errorMax = 0;
    this.stepsMax = 0;
    this.normMax = 0;
    for (let row = 0; row < end; row++) if (hasVector(row)) this.quantise(row, this.vectorOf(row));
  }

  private quantise(row: number, vector: Float32Array): void {
    const { rows, scale, stride } = this;
    const at = row * stride;
    let [error, steps, norm] = [0, 0, 0];
    for (let axis = 0; axis < vector.length; axis++) {
      const value = vector[axis] as number;
      const byte = quantiseComponent(value, scale);
      rows[at + axis] = byte;
      const step = byte - ROW_OFFSET;
      const gap = value - step * scale;
      error += gap * gap;
      steps += step * step;
      norm += value * value;
    }
    if (error > this.errorMax) this.errorMax = error;
    if (steps > this.stepsMax) this.stepsMax = steps;
    if (norm > this.normMax) this.normMax = norm;
  }
}
