/** The lists of a segment, best first for one query: cheap where only a few are asked for. */
import type { QuantisedQuery } from "../segment/quantise.ts";
import type { SharedSegment } from "../segment/vector-segment.ts";

export class ListOrder {
  private readonly spreads: Float32Array;
  private readonly scale: number;
  private readonly scores: Int32Array;
  private readonly values: Float64Array;
  private readonly batch: Int32Array;
  private unit = 1;
  private norm = 0;

  /** `scores`: integer scores of the centers, written by the kernel before {@link rank}. */
  constructor(shared: SharedSegment, scores: Int32Array) {
    this.spreads = shared.spreads;
    this.scale = shared.shape.centers.scale;
    this.scores = scores;
    this.values = new Float64Array(scores.length);
    this.batch = new Int32Array(scores.length);
  }

  begin(query: QuantisedQuery): void {
    this.unit = query.scale * this.scale;
    this.norm = query.norm;
  }

  /** Values of all lists: mean score and `reach` spreads on top of it. */
  rank(reach: number): Float64Array {
    const { values, scores, spreads, unit } = this;
    const reached = reach * this.norm;
    for (let list = 0; list < values.length; list++)
      values[list] = (scores[list] as number) * unit + (spreads[list] as number) * reached;
    return values;
  }

  /** Up to `count` lists that were not given yet, of value `least` or more, best first. A view until the next call. */
  next(least: number, count: number): Int32Array {
    const { values, batch } = this;
    const wanted = Math.min(count, values.length);
    let found = 0;
    let floor = least;
    for (let list = 0; list < values.length; list++) {
      const value = values[list] as number;
      if (value < floor || value === Number.NEGATIVE_INFINITY) continue;
      if (found < wanted) found++;
      let place = found - 1;
      while (place > 0 && value > (values[batch[place - 1] as number] as number)) {
        batch[place] = batch[place - 1] as number;
        place--;
      }
      batch[place] = list;
      if (found === wanted) floor = values[batch[wanted - 1] as number] as number;
    }
    for (let place = 0; place < found; place++) values[batch[place] as number] = Number.NEGATIVE_INFINITY;
    return batch.subarray(0, found);
  }
}
