/** Where the parts of a segment lie in its shared memory. */
import { wordsFor } from "../../bits/bitset.ts";
import { segmentTooLarge } from "../errors.ts";
import { alignUp, type ScratchLayout, scratchLayout } from "../kernels/scan-state.ts";
import type { SegmentShape } from "./segment-shape.ts";

/** Byte addresses. */
export interface SegmentLayout {
  readonly rows: number;
  readonly exact: number;
  readonly ranks: number;
  readonly centers: number;
  readonly present: number;
  readonly bitmaps: number;
  readonly bitmapBytes: number;
  readonly bitmapsMax: number;
  readonly scratch: readonly ScratchLayout[];
  readonly bytes: number;
}

/** WebAssembly memories end at 4 GB; the last page is left out, so that no end address needs a 33rd bit. */
const SEGMENT_BYTES_MAX = 2 ** 32 - 65_536;
const LINE_BYTES = 64;

export interface SegmentBounds {
  /** Bitmaps that can be out at the same time. */
  readonly bitmapsMax: number;
  /** Searches that can run at the same time: one on this thread, the others in workers. */
  readonly searchersMax: number;
}

/** Throws TENON1413. */
export function segmentLayout(shape: SegmentShape, { bitmapsMax, searchersMax }: SegmentBounds): SegmentLayout {
  // Address 0 stays unused, so that a forgotten address is not somebody's data.
  let next = LINE_BYTES;
  const take = (bytes: number) => {
    const place = next;
    next += alignUp(bytes, LINE_BYTES);
    return place;
  };
  const bitmapBytes = alignUp(wordsFor(shape.size) * 4, LINE_BYTES);
  const layout = {
    rows: take(shape.vectorRows * shape.stride),
    exact: take(shape.vectorRows * shape.exactStride * 4),
    ranks: take(shape.vectorRows * 4),
    centers: take(alignUp(shape.listCount, 4) * shape.stride),
    present: take(bitmapBytes),
    bitmaps: take(bitmapsMax * bitmapBytes),
  };
  const scratch = Array.from({ length: searchersMax }, () => {
    const area = scratchLayout(next, shape.stride, shape.exactStride, shape.listCount);
    next += area.bytes;
    return area;
  });
  if (next > SEGMENT_BYTES_MAX) throw segmentTooLarge(next, SEGMENT_BYTES_MAX);
  return { ...layout, bitmapBytes, bitmapsMax, scratch, bytes: next };
}
