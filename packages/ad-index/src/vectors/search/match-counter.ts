/** How many rows pass a search's bitmaps: exactly, or well enough to choose a method. */
import type { Kernels } from "../kernels/kernels.ts";
import type { ScratchLayout } from "../kernels/scan-state.ts";
import { FILTERS_MAX } from "../kernels/scan-state.ts";
import type { SharedSegment } from "../segment/vector-segment.ts";

/** Words that are counted whole: some 2 us, and a search of few matches finds them in the cache afterwards. */
const COUNTED_WORDS_MAX = 4_096;
/** A sample of 8,192 rows: the count only has to be right within some tens of percent, to choose between methods. */
const SAMPLE_BLOCKS = 32;
const SAMPLE_BLOCK_WORDS = 8;
const SAMPLE_WORDS = SAMPLE_BLOCKS * SAMPLE_BLOCK_WORDS;
/** With fewer in the sample the estimate is off by a quarter: then all are counted, in words that the search will read anyway. */
const SAMPLED_MIN = 16;

export class MatchCounter {
  private readonly kernels: Kernels;
  private readonly scratch: ScratchLayout;
  private readonly masks: Int32Array;
  private readonly words: number;

  constructor({ memory, shape }: SharedSegment, scratch: ScratchLayout, kernels: Kernels) {
    this.kernels = kernels;
    this.scratch = scratch;
    this.masks = new Int32Array(memory.buffer, scratch.masks, FILTERS_MAX);
    this.words = shape.vectorRows >>> 5;
  }

  /** Tells the kernels the addresses of the bitmaps. */
  setMasks(masks: readonly number[]): void {
    for (let mask = 0; mask < masks.length; mask++) this.masks[mask] = masks[mask] as number;
  }

  /** Rows of lists that are in all masks: exactly. */
  count(masks: readonly number[]): number {
    this.setMasks(masks);
    return this.kernels.count(this.scratch.masks, masks.length, 0, this.words);
  }

  /** The same from a sample of words spread over all lists, where counting all would take longer than a search. */
  estimate(masks: readonly number[]): number {
    const { words } = this;
    if (words <= COUNTED_WORDS_MAX) return this.count(masks);
    this.setMasks(masks);
    let count = 0;
    for (let block = 0; block < SAMPLE_BLOCKS; block++) {
      const from = Math.floor((block * (words - SAMPLE_BLOCK_WORDS)) / (SAMPLE_BLOCKS - 1));
      count += this.kernels.count(this.scratch.masks, masks.length, from, from + SAMPLE_BLOCK_WORDS);
    }
    return count < SAMPLED_MIN ? this.count(masks) : Math.round((count * words) / SAMPLE_WORDS);
  }
}
