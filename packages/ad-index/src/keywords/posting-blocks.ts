/**
 * Upper bounds of postings: the postings of a word in blocks of 128, each with what the best of them can reach.
 * Source: Ding and Suel, Faster Top-k Document Retrieval Using Block-Max Indexes, SIGIR 2011.
 *
 * P1 A bound is made of the block's greatest frequency and its least length per occurrence. It holds for every mean length and
 *    every number of holders, so that changes of the statistics (K1) need no new blocks.
 */

import type { SectionReader } from "../files/section-reader.ts";
import { prefixed, type Sections } from "../files/sections.ts";

/** Postings per block: 10 bytes of bound for 768 bytes of postings. */
export const BLOCK_POSTINGS = 128;

interface Parts {
  readonly starts: Int32Array;
  readonly frequencyMax: Uint16Array;
  readonly dilutionMin: Float64Array;
}

export class PostingBlocks {
  /** Blocks of word n: `starts[n]` to `starts[n + 1]`; the first begins at the word's first posting. */
  readonly starts: Int32Array;
  readonly frequencyMax: Uint16Array;
  /** Least length of a row divided by the word's frequency in it. */
  readonly dilutionMin: Float64Array;

  private constructor({ starts, frequencyMax, dilutionMin }: Parts) {
    this.starts = starts;
    this.frequencyMax = frequencyMax;
    this.dilutionMin = dilutionMin;
  }

  static of(
    postings: { starts: Int32Array; rows: Int32Array; frequencies: Uint16Array },
    lengths: Uint16Array,
  ): PostingBlocks {
    const starts = new Int32Array(postings.starts.length);
    for (let word = 0; word < starts.length - 1; word++) {
      const count = (postings.starts[word + 1] as number) - (postings.starts[word] as number);
      starts[word + 1] = (starts[word] as number) + Math.ceil(count / BLOCK_POSTINGS);
    }
    const blockCount = starts[starts.length - 1] as number;
    const frequencyMax = new Uint16Array(blockCount);
    const dilutionMin = new Float64Array(blockCount).fill(Number.POSITIVE_INFINITY);
    for (let word = 0; word < starts.length - 1; word++) {
      const first = postings.starts[word] as number;
      for (let entry = first; entry < (postings.starts[word + 1] as number); entry++) {
        const block = (starts[word] as number) + Math.floor((entry - first) / BLOCK_POSTINGS);
        const frequency = postings.frequencies[entry] as number;
        const dilution = (lengths[postings.rows[entry] as number] as number) / frequency;
        frequencyMax[block] = Math.max(frequencyMax[block] as number, frequency);
        dilutionMin[block] = Math.min(dilutionMin[block] as number, dilution);
      }
    }
    return new PostingBlocks({ starts, frequencyMax, dilutionMin });
  }

  toSections(prefix: string): Sections {
    const { starts, frequencyMax, dilutionMin } = this;
    return prefixed(prefix, { starts, frequencyMax, dilutionMin });
  }

  static fromSections(reader: SectionReader, wordCount: number): PostingBlocks {
    const frequencyMax = reader.uint16("frequencyMax");
    return new PostingBlocks({
      starts: reader.starts("starts", { count: wordCount, end: frequencyMax.length }),
      frequencyMax,
      dilutionMin: reader.float64("dilutionMin", frequencyMax.length),
    });
  }
}
