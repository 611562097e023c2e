/**
 * Centers of inverted lists, by k-means on a sample. Source: Lloyd, Least squares quantization in PCM, 1982; for vectors compared
 * by angle the spherical form of Dhillon and Modha, 2001.
 *
 * Rows are assigned by their bytes, in whole numbers: the same on every machine and for every kernel variant. Centers are sums of
 * doubles in row order. So the same rows and seed give the same lists, bit for bit.
 */

import type { Kernels } from "../kernels/kernels.ts";
import type { WasmMemory } from "../kernels/wasm.ts";

/** Sampled rows per list: more moves the centers little and costs linearly. */
const SAMPLE_ROWS_PER_LIST = 40;
const ROUNDS = 6;
/** Steps of a center's component: the kernel takes centers as queries. */
const CENTER_LEVELS = 127;

/** Where the kernels find rows and may keep centers; byte addresses. */
export interface AssignArea {
  readonly memory: WasmMemory;
  readonly kernels: Kernels;
  /** Quantised rows, their count a multiple of four. */
  readonly rows: number;
  readonly stride: number;
  /** Value of one step of a row's component. */
  readonly scale: number;
  readonly centers: number;
  readonly biases: number;
  /** Room for the list of every row. */
  readonly lists: number;
}

export interface TrainingSet {
  /** float32 components, `exactStride` per row; the row count excludes padding. */
  readonly vectors: Float32Array;
  readonly exactStride: number;
  readonly dimensions: number;
  readonly rowCount: number;
  /** Whether lists are by angle or by distance. */
  readonly spherical: boolean;
  readonly seed: number;
}

/** The list of each row. `sampleRows`: room for a sample of {@link sampleSize} rows, a second area of the same memory. */
export function trainLists(set: TrainingSet, listCount: number, area: AssignArea, sampleRows: number): Int32Array {
  const sample = sampleOf(set.rowCount, sampleSize(set.rowCount, listCount), set.seed);
  const bytes = new Int8Array(area.memory.buffer);
  for (let place = 0; place < sample.length; place++) {
    const row = area.rows + (sample[place] as number) * area.stride;
    bytes.copyWithin(sampleRows + place * area.stride, row, row + area.stride);
  }
  const centers = new Float64Array(listCount * set.dimensions);
  for (let list = 0; list < listCount; list++) {
    const first = sample[Math.floor((list * sample.length) / listCount)] as number;
    for (let axis = 0; axis < set.dimensions; axis++)
      centers[list * set.dimensions + axis] = set.vectors[first * set.exactStride + axis] as number;
  }
  if (set.spherical) normaliseRows(centers, set.dimensions);
  const sampleArea = { ...area, rows: sampleRows };
  for (let round = 0; round < ROUNDS; round++) {
    writeCenters(centers, set, listCount, area);
    const lists = assignRows(sampleArea, sample.length, listCount);
    moveCenters(centers, set, sample, lists, listCount);
  }
  writeCenters(centers, set, listCount, area);
  return assignRows(area, set.rowCount, listCount);
}

export function sampleSize(rowCount: number, listCount: number): number {
  return Math.min(rowCount, SAMPLE_ROWS_PER_LIST * listCount);
}

function assignRows(area: AssignArea, rowCount: number, listCount: number): Int32Array {
  const { kernels, rows, stride, centers, biases, lists } = area;
  kernels.assign(rows, stride, Math.ceil(rowCount / 4) * 4, centers, biases, listCount, lists);
  return new Int32Array(area.memory.buffer, lists, rowCount).slice();
}

/** Centers as queries of the kernel: one scale for all, so that their scores compare. */
function writeCenters(centers: Float64Array, set: TrainingSet, listCount: number, area: AssignArea): void {
  const { dimensions, spherical } = set;
  let max = 0;
  for (let place = 0; place < centers.length; place++) max = Math.max(max, Math.abs(centers[place] as number));
  const scale = max > 0 ? max / CENTER_LEVELS : 1;
  const bytes = new Int8Array(area.memory.buffer, area.centers, listCount * area.stride).fill(0);
  const biases = new Int32Array(area.memory.buffer, area.biases, listCount);
  for (let list = 0; list < listCount; list++) {
    let sum = 0;
    let squares = 0;
    for (let axis = 0; axis < dimensions; axis++) {
      const component = centers[list * dimensions + axis] as number;
      const step = Math.round(component / scale);
      bytes[list * area.stride + axis] = step;
      sum += step;
      squares += component * component;
    }
    // |x - c|^2 is smallest where c.x - |c|^2 / 2 is greatest; unit centers have equal |c|.
    const half = spherical ? 0 : Math.round(squares / 2 / (scale * area.scale));
    biases[list] = -64 * sum - half;
  }
}

/** Each center becomes the mean of its rows; one without rows becomes the row that stands next in the sample. */
function moveCenters(
  centers: Float64Array,
  set: TrainingSet,
  sample: Int32Array,
  lists: Int32Array,
  listCount: number,
): void {
  const { dimensions, vectors, exactStride } = set;
  const counts = new Int32Array(listCount);
  centers.fill(0);
  for (let place = 0; place < sample.length; place++) {
    const list = lists[place] as number;
    counts[list] = (counts[list] as number) + 1;
    addRow(centers, list * dimensions, vectors, (sample[place] as number) * exactStride, dimensions);
  }
  let spare = 0;
  for (let list = 0; list < listCount; list++) {
    const count = counts[list] as number;
    if (count === 0) {
      addRow(
        centers,
        list * dimensions,
        vectors,
        (sample[spare++ % sample.length] as number) * exactStride,
        dimensions,
      );
    } else {
      for (let axis = 0; axis < dimensions; axis++)
        centers[list * dimensions + axis] = (centers[list * dimensions + axis] as number) / count;
    }
  }
  if (set.spherical) normaliseRows(centers, dimensions);
}

function addRow(target: Float64Array, at: number, source: Float32Array, from: number, dimensions: number): void {
  for (let axis = 0; axis < dimensions; axis++)
    target[at + axis] = (target[at + axis] as number) + (source[from + axis] as number);
}

function normaliseRows(rows: Float64Array, dimensions: number): void {
  for (let at = 0; at < rows.length; at += dimensions) {
    let squares = 0;
    for (let axis = 0; axis < dimensions; axis++) squares += (rows[at + axis] as number) ** 2;
    if (squares === 0) continue;
    const length = Math.sqrt(squares);
    for (let axis = 0; axis < dimensions; axis++) rows[at + axis] = (rows[at + axis] as number) / length;
  }
}

/** Distinct rows in an order drawn from the seed (Fisher and Yates, cut short). */
export function sampleOf(rowCount: number, size: number, seed: number): Int32Array {
  const next = randomOf(seed);
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  for (let place = 0; place < size; place++) {
    const other = place + Math.floor(next() * (rowCount - place));
    const row = rows[other] as number;
    rows[other] = rows[place] as number;
    rows[place] = row;
  }
  return rows.slice(0, size);
}

/** Numbers in [0, 1) from a seed. Source: Steele and others, Fast splittable pseudorandom number generators, 2014 (32 bit mix). */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
