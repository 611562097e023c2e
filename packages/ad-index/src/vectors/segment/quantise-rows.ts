/** Rows and centers as bytes, with the facts that bound what that loses (Q3). */
import { alignUp } from "../kernels/scan-state.ts";
import { type Quantisation, quantiseComponent, ROW_OFFSET, rowScale } from "./quantise.ts";
import { componentAt, type RowSource } from "./row-source.ts";

/** Writes each vector into its row of `bytes`. */
export function quantiseRows(
  source: RowSource,
  rowOfPlace: Int32Array,
  bytes: Int8Array,
  stride: number,
  scale: number,
): Quantisation {
  const facts = new QuantisationFacts(bytes, source.components, scale);
  for (let place = 0; place < rowOfPlace.length; place++)
    facts.write((rowOfPlace[place] as number) * stride, (axis) => componentAt(source, place, axis));
  return facts.quantisation();
}

/** Centers like rows of their own, on a scale of their own: means are shorter than what they are means of. */
export function quantiseCenters(means: Float64Array, listCount: number, components: number, stride: number) {
  let max = 0;
  for (const component of means) max = Math.max(max, Math.abs(component));
  const bytes = new Int8Array(alignUp(listCount, 4) * stride).fill(ROW_OFFSET);
  const facts = new QuantisationFacts(bytes, components, rowScale(max));
  for (let list = 0; list < listCount; list++)
    facts.write(list * stride, (axis) => means[list * components + axis] as number);
  return { bytes, quantisation: facts.quantisation() };
}

/** Gathers the greatest lengths while rows are written. */
class QuantisationFacts {
  private readonly bytes: Int8Array;
  private readonly components: number;
  private readonly scale: number;
  private errorMax = 0;
  private stepsMax = 0;
  private normMax = 0;

  constructor(bytes: Int8Array, components: number, scale: number) {
    this.bytes = bytes;
    this.components = components;
    this.scale = scale;
  }

  write(at: number, component: (axis: number) => number): void {
    const { bytes, components, scale } = this;
    let error = 0;
    let steps = 0;
    let norm = 0;
    for (let axis = 0; axis < components; axis++) {
      const value = component(axis);
      const byte = quantiseComponent(value, scale);
      bytes[at + axis] = byte;
      const step = byte - ROW_OFFSET;
      error += (value - step * scale) ** 2;
      steps += step * step;
      norm += value * value;
    }
    this.errorMax = Math.max(this.errorMax, error);
    this.stepsMax = Math.max(this.stepsMax, steps);
    this.normMax = Math.max(this.normMax, norm);
  }

  quantisation(): Quantisation {
    const { scale, errorMax, stepsMax, normMax } = this;
    return { scale, errorMax: Math.sqrt(errorMax), stepsMax: Math.sqrt(stepsMax), normMax: Math.sqrt(normMax) };
  }
}
