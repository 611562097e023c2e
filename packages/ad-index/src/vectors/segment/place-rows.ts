/** Which list each vector belongs to, and which row it gets. */
import { wordsFor } from "../../bits/bitset.ts";
import { bindKernels } from "../kernels/kernels.ts";
import { alignUp } from "../kernels/scan-state.ts";
import { sharedMemory } from "../kernels/wasm.ts";
import { sampleSize, trainLists } from "./k-means.ts";
import { quantiseComponent, ROW_OFFSET } from "./quantise.ts";
import type { RowSource } from "./row-source.ts";
import type { Metric } from "./segment-shape.ts";

/** Rows of one word of a bitmap: lists begin at a word. */
export const LIST_ROWS = 32;

/** The list of each vector, in the order of ids. */
export function listsOf(
  source: RowSource,
  plan: {
    readonly scale: number;
    readonly stride: number;
    readonly vectorCount: number;
    readonly listCount: number;
    readonly metric: Metric;
    readonly seed: number;
  },
): Int32Array {
  const { scale, stride, vectorCount, listCount } = plan;
  const padded = alignUp(vectorCount, 4);
  const sampleRows = alignUp(sampleSize(vectorCount, listCount), 4);
  const rows = 64;
  const sample = rows + padded * stride;
  const centers = sample + sampleRows * stride;
  const biases = centers + listCount * stride;
  const lists = alignUp(biases + listCount * 4, 16);
  const memory = sharedMemory(lists + padded * 4);
  const bytes = new Int8Array(memory.buffer, rows, (padded + sampleRows) * stride).fill(ROW_OFFSET);
  for (let place = 0; place < vectorCount; place++) {
    for (let axis = 0; axis < source.dimensions; axis++)
      bytes[place * stride + axis] = quantiseComponent(
        source.vectors[place * source.exactStride + axis] as number,
        scale,
      );
  }
  return trainLists(
    {
      vectors: source.vectors,
      exactStride: source.exactStride,
      dimensions: source.dimensions,
      rowCount: vectorCount,
      spherical: plan.metric !== "l2",
      seed: plan.seed,
    },
    listCount,
    { memory, kernels: bindKernels(memory), rows, stride, scale, centers, biases, lists },
    sample,
  );
}

/** Rows list by list, ids ascending within a list, each list from a new word on. */
export function placeRows(lists: Int32Array, listCount: number) {
  const listSizes = new Int32Array(listCount);
  for (const list of lists) listSizes[list] = (listSizes[list] as number) + 1;
  const listWords = new Int32Array(listCount + 1);
  for (let list = 0; list < listCount; list++)
    listWords[list + 1] = (listWords[list] as number) + wordsFor(listSizes[list] as number);
  const next = Int32Array.from(listWords, (word) => word * LIST_ROWS);
  const rowOfPlace = new Int32Array(lists.length);
  for (let place = 0; place < lists.length; place++) {
    const list = lists[place] as number;
    rowOfPlace[place] = next[list] as number;
    next[list] = (next[list] as number) + 1;
  }
  return { rowOfPlace, listWords, listSizes, vectorRows: (listWords[listCount] as number) * LIST_ROWS };
}
