/**
 * Where a scan keeps its state and its buffers in the shared memory. One searcher owns one scratch area; the kernels see nothing
 * else of the memory that can change.
 */

/** Places in the state, counted in words of 32 bits. Byte offsets in kernels.wat are four times these. */
export const STATE = {
  rows: 0,
  stride: 1,
  query: 2,
  bias: 3,
  k: 4,
  margin: 5,
  low: 6,
  shift: 7,
  histogram: 8,
  cut: 9,
  above: 10,
  threshold: 11,
  survivors: 12,
  survivorCount: 13,
  survivorsMax: 14,
  rowsRead: 15,
  rowBuffer: 16,
  range: 17,
  word: 18,
  edge: 21,
} as const;

/** The state itself, and room for the four scores and rows of a step. */
const STATE_BYTES = 128;
export const HISTOGRAM_BUCKETS = 1_024;
/** Rows of bitmaps that are expanded before they are scored: 8 KB, a quarter of a first-level cache. */
export const CHUNK_ROWS = 2_048;
/** Entries that scanRows may write behind the last row of a chunk. */
const CHUNK_PAD_ROWS = 16;
/** Rows that may wait for their exact score. A scan that finds more stops for them to be taken. */
export const SURVIVORS_MAX = 16_384;
/** Bitmaps one search may AND. */
export const FILTERS_MAX = 16;

/** Byte addresses within one scratch area. */
export interface ScratchLayout {
  readonly state: number;
  readonly query: number;
  readonly exactQuery: number;
  readonly histogram: number;
  readonly rowBuffer: number;
  readonly survivors: number;
  readonly scores: number;
  readonly ranges: number;
  readonly masks: number;
  readonly listScores: number;
  readonly bytes: number;
}

/** `stride`: bytes of an int8 row. `exactStride`: components of a float32 row. */
export function scratchLayout(at: number, stride: number, exactStride: number, listCount: number): ScratchLayout {
  let next = at;
  const take = (bytes: number) => {
    const place = next;
    next += alignUp(bytes, 64);
    return place;
  };
  const layout = {
    state: take(STATE_BYTES),
    query: take(stride),
    exactQuery: take(exactStride * 8),
    histogram: take(HISTOGRAM_BUCKETS * 4),
    rowBuffer: take((CHUNK_ROWS + CHUNK_PAD_ROWS) * 4),
    survivors: take(SURVIVORS_MAX * 8),
    scores: take(SURVIVORS_MAX * 4),
    ranges: take(Math.max(listCount, 1) * 8),
    masks: take((FILTERS_MAX + 1) * 4),
    listScores: take(alignUp(listCount, 4) * 4),
  };
  return { ...layout, bytes: next - at };
}

export function alignUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
