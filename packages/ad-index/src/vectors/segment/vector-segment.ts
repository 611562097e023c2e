/**
 * An immutable set of vectors in the order of their inverted lists, in one shared memory.
 *
 * S1 Rows are numbered list by list, ids ascending within a list; a list begins at a multiple of 32 rows, the rows it does not
 *    fill are empty. Ads without a vector follow in a region of their own, ids ascending, also padded to 32.
 * S2 Equal sets of ads with equal settings make equal segments, byte for byte, in whatever order they came.
 * S3 Nothing that a search reads changes, bitmaps aside. Each searcher writes to its own scratch area only.
 */

import { setBit } from "../../bits/bitset.ts";
import { badSearch, badSegmentInput } from "../errors.ts";
import { sharedMemory, type WasmMemory } from "../kernels/wasm.ts";
import { BitmapPool } from "./bitmap-pool.ts";
import { buildSegmentParts, type SegmentParts, type VectorSegmentInput } from "./build-segment.ts";
import { quantiseComponent } from "./quantise.ts";
import { type SegmentBounds, type SegmentLayout, segmentLayout } from "./segment-layout.ts";
import { partsFromSections, type ReadSections, type SegmentSections, sectionsOfParts } from "./segment-sections.ts";
import { componentsOf, type SegmentShape } from "./segment-shape.ts";

/** What a searcher in any thread needs: plain data and the shared memory. */
export interface SharedSegment {
  readonly memory: WasmMemory;
  readonly shape: SegmentShape;
  readonly layout: SegmentLayout;
  readonly listWords: Int32Array;
  readonly spreads: Float32Array;
}

export interface VectorSegmentOptions {
  /** Bitmaps that can be out at the same time; {@link BITMAPS_DEFAULT} when absent. Each takes a bit per row. */
  readonly bitmapsMax?: number | undefined;
  /** Searches that can run at the same time, workers included; {@link SEARCHERS_DEFAULT} when absent. Each takes 0.22 MB. */
  readonly searchersMax?: number | undefined;
}

export const BITMAPS_DEFAULT = 64;
export const SEARCHERS_DEFAULT = 5;

export class VectorSegment {
  readonly shape: SegmentShape;
  /** Ad id per row, -1 for an empty row. */
  readonly ids: Float64Array;
  /** Row of the n-th ad with a vector in the ascending order of ids. */
  readonly rowOfRank: Int32Array;
  readonly listSizes: Int32Array;
  readonly bitmaps: BitmapPool;
  readonly shared: SharedSegment;
  /** Scratch areas that no searcher has; area 0 belongs to this thread and is not among them. */
  private readonly freeSearchers: number[];

  private constructor(parts: SegmentParts, bounds: SegmentBounds) {
    const layout = segmentLayout(parts.shape, bounds);
    const memory = sharedMemory(layout.bytes);
    new Int8Array(memory.buffer, layout.rows, parts.rows.length).set(parts.rows);
    new Float32Array(memory.buffer, layout.exact, parts.exact.length).set(parts.exact);
    new Int32Array(memory.buffer, layout.ranks, parts.ranks.length).set(parts.ranks);
    new Int8Array(memory.buffer, layout.centers, parts.centers.length).set(parts.centers);
    const present = new Int32Array(memory.buffer, layout.present, layout.bitmapBytes >> 2);
    const rowOfRank = new Int32Array(parts.shape.vectorCount);
    for (let row = 0; row < parts.shape.vectorRows; row++) {
      if (parts.ids[row] === -1) continue;
      setBit(present, row);
      rowOfRank[parts.ranks[row] as number] = row;
    }
    this.shape = parts.shape;
    this.ids = parts.ids;
    this.rowOfRank = rowOfRank;
    this.listSizes = parts.listSizes;
    this.bitmaps = new BitmapPool(memory, layout.bitmaps, layout.bitmapBytes, bounds.bitmapsMax, parts.shape.size);
    this.shared = { memory, shape: parts.shape, layout, listWords: parts.listWords, spreads: parts.spreads };
    this.freeSearchers = Array.from({ length: bounds.searchersMax - 1 }, (_, area) => area + 1).reverse();
  }

  /**
   * Trains the lists, quantises and lays out. Takes about 1 s per 100,000 vectors of 64 dimensions and blocks the thread.
   * `rowOfInput`: row of each ad, in the order of the input. Throws TENON1410, TENON1411, TENON1413.
   */
  static build(
    input: VectorSegmentInput,
    options: VectorSegmentOptions = {},
  ): { readonly segment: VectorSegment; readonly rowOfInput: Int32Array } {
    const { parts, rowOfInput } = buildSegmentParts(input);
    return { segment: new VectorSegment(parts, boundsOf(options)), rowOfInput };
  }

  /**
   * A segment from what {@link toSections} gave. Throws TENON1412 for sections that are damaged, of two segments, or of another
   * embedding than `embeddingVersion`.
   */
  static fromSections(
    from: ReadSections,
    expected: { readonly embeddingVersion: string },
    options: VectorSegmentOptions = {},
  ): VectorSegment {
    return new VectorSegment(partsFromSections(from, expected.embeddingVersion), boundsOf(options));
  }

  /** Everything that is to be kept, by name. Views of the shared memory: write them before the segment goes. */
  toSections(): SegmentSections {
    const { memory, layout, listWords, spreads } = this.shared;
    const { shape } = this;
    const of = <View>(
      View: new (buffer: ArrayBufferLike, at: number, length: number) => View,
      at: number,
      length: number,
    ) => new View(memory.buffer, at, length);
    return sectionsOfParts({
      shape,
      ids: this.ids,
      ranks: of(Int32Array, layout.ranks, shape.vectorRows),
      rows: of(Int8Array, layout.rows, shape.vectorRows * shape.stride),
      exact: of(Float32Array, layout.exact, shape.vectorRows * shape.exactStride),
      listWords,
      listSizes: this.listSizes,
      centers: of(Int8Array, layout.centers, Math.ceil(shape.listCount / 4) * 4 * shape.stride),
      spreads,
    });
  }

  /** Scratch areas for searchers that run beside this thread's. Throws TENON1419 when fewer are free. */
  takeSearchers(count: number): readonly number[] {
    if (count > this.freeSearchers.length) {
      const free = `at most ${this.freeSearchers.length} (see searchersMax)`;
      throw badSearch("asks for more searchers than are free", free, String(count));
    }
    return this.freeSearchers.splice(this.freeSearchers.length - count, count).reverse();
  }

  releaseSearchers(areas: readonly number[]): void {
    this.freeSearchers.push(...areas);
  }

  /** The vector of a row as it is scored: of unit length under cosine. A view, padding excluded. */
  vectorOf(row: number): Float32Array {
    const { memory, layout } = this.shared;
    const { exactStride, dimensions } = this.shape;
    return new Float32Array(memory.buffer, layout.exact + row * exactStride * 4, dimensions);
  }

  /** The bytes of a vector that joins later: components beyond the segment's range are clamped. */
  quantise(vector: ArrayLike<number>): Int8Array {
    const { stride, dimensions, rows, lift } = this.shape;
    const bytes = new Int8Array(stride).fill(64);
    let squares = 0;
    for (let axis = 0; axis < dimensions; axis++) {
      bytes[axis] = quantiseComponent(vector[axis] as number, rows.scale);
      squares += (vector[axis] as number) ** 2;
    }
    if (lift !== null)
      bytes[componentsOf(this.shape) - 1] = quantiseComponent(lift.factor * (squares / 2 - lift.middle), rows.scale);
    return bytes;
  }
}

function boundsOf({
  bitmapsMax = BITMAPS_DEFAULT,
  searchersMax = SEARCHERS_DEFAULT,
}: VectorSegmentOptions): SegmentBounds {
  for (const [name, count] of Object.entries({ bitmapsMax, searchersMax })) {
    if (!Number.isInteger(count) || count < 1)
      throw badSegmentInput(`has no usable ${name}`, "a positive integer", String(count));
  }
  return { bitmapsMax, searchersMax };
}
