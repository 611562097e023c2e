/** The query of one search: its bytes, how far integer scores may be off, and how exact scores follow from products. */
import type { ScratchLayout } from "../kernels/scan-state.ts";
import { type QuantisedQuery, quantiseQuery, type ScoreBound, scoreBound } from "../segment/quantise.ts";
import { componentsOf } from "../segment/segment-shape.ts";
import type { SharedSegment } from "../segment/vector-segment.ts";

export class ScoredQuery {
  /** Of the query that was set last. */
  bound: ScoreBound = { unit: 1, error: 0, stepsMax: 0 };
  private readonly shared: SharedSegment;
  private readonly bytes: Int8Array;
  private readonly exact: Float64Array;
  private readonly lifted: Float64Array;
  /** Exact score = exactFactor * product of lifted vectors + exactOffset; 1 and 0 unless scores are distances. */
  private exactFactor = 1;
  private exactOffset = 0;

  constructor(shared: SharedSegment, scratch: ScratchLayout) {
    const { memory, shape } = shared;
    this.shared = shared;
    this.bytes = new Int8Array(memory.buffer, scratch.query, shape.stride);
    this.exact = new Float64Array(memory.buffer, scratch.exactQuery, shape.exactStride);
    this.lifted = new Float64Array(componentsOf(shape));
  }

  /** Writes the query where the kernels read it. `query`: as in `SearchTask`. */
  set(query: Float64Array): QuantisedQuery {
    const { shape } = this.shared;
    const { lifted } = this;
    this.exact.set(query);
    for (let axis = 0; axis < shape.dimensions; axis++) lifted[axis] = query[axis] as number;
    if (shape.lift !== null) lifted[shape.dimensions] = -1 / shape.lift.factor;
    const quantised = quantiseQuery(lifted, this.bytes);
    let squares = 0;
    if (shape.lift !== null) {
      for (let axis = 0; axis < shape.dimensions; axis++) squares += (query[axis] as number) ** 2;
      this.exactFactor = 2;
      this.exactOffset = -2 * shape.lift.middle - squares;
    }
    this.bound = scoreBound(shape.rows, quantised, squares);
    return quantised;
  }

  /** An exact score in the measure of integer ones, which differs under l2. */
  comparable(score: number): number {
    return (score - this.exactOffset) / this.exactFactor;
  }

  /** The least integer score of a row whose exact score may reach `score`. */
  stepsReaching(score: number): number {
    return Math.ceil((this.comparable(score) - this.bound.error) / this.bound.unit);
  }
}
