/** Inverted index over the texts of a segment's ads, as stored; keyword-builder.ts makes it, keyword-search.ts scores with it. */

import { SectionReader, textSection } from "../files/section-reader.ts";
import { prefixed, type Sections } from "../files/sections.ts";
import { PostingBlocks } from "./posting-blocks.ts";

/** Before the names of the index's sections. */
const PREFIX = "keywords";

/** A word that no ad of the segment holds. */
export const UNKNOWN_WORD = -1;

/** Ads by word: word n is held by `rows` from `starts[n]` to `starts[n + 1]`, ascending, `frequencies` times, weighted. */
export interface Postings {
  readonly starts: Int32Array;
  readonly rows: Int32Array;
  readonly frequencies: Uint16Array;
}

interface Parts {
  /** By number. */
  readonly words: readonly string[];
  readonly lengths: Uint16Array;
  readonly postings: Postings;
  /** Made of the others when they are first needed, if absent. */
  readonly blocks?: PostingBlocks;
}

/** Where a search finds the postings of its words. */
export interface KeywordSource {
  /** Weighted number of words per row; 0 for an empty row. */
  readonly lengths: Uint16Array;
  /** An index that knows these words at least. */
  forWords(words: readonly string[]): KeywordIndex;
}

export class KeywordIndex implements KeywordSource {
  /** Weighted number of words per row; 0 for an empty row. */
  readonly lengths: Uint16Array;
  readonly postings: Postings;
  private knownBlocks: PostingBlocks | undefined;
  private readonly words: readonly string[];
  private readonly numbers: ReadonlyMap<string, number>;

  constructor({ words, lengths, postings, blocks }: Parts) {
    this.words = words;
    this.lengths = lengths;
    this.postings = postings;
    this.knownBlocks = blocks;
    this.numbers = new Map(words.map((word, number) => [word, number]));
  }

  get blocks(): PostingBlocks {
    this.knownBlocks ??= PostingBlocks.of(this.postings, this.lengths);
    return this.knownBlocks;
  }

  forWords(): KeywordIndex {
    return this;
  }

  /** Number of a word, or {@link UNKNOWN_WORD}. */
  numberOf(word: string): number {
    return this.numbers.get(word) ?? UNKNOWN_WORD;
  }

  /** How many rows hold word `number`. */
  holdersOf(number: number): number {
    if (number === UNKNOWN_WORD) return 0;
    const { starts } = this.postings;
    return (starts[number + 1] as number) - (starts[number] as number);
  }

  toSections(): Sections {
    const { words, lengths, postings, blocks } = this;
    return {
      ...prefixed(PREFIX, { words: textSection(words), lengths, ...postings }),
      ...blocks.toSections(`${PREFIX}.blocks`),
    };
  }

  /** What {@link toSections} gave, of an index over `rows` rows. Throws TENON1420 and TENON1421. */
  static fromSections(sections: Sections, rowCount: number): KeywordIndex {
    const reader = new SectionReader(sections, PREFIX);
    const words = reader.values("words") as string[];
    const rows = reader.int32("rows");
    const starts = reader.starts("starts", { count: words.length, end: rows.length });
    return new KeywordIndex({
      words,
      lengths: reader.uint16("lengths", rowCount),
      postings: { starts, rows, frequencies: reader.uint16("frequencies", rows.length) },
      blocks: PostingBlocks.fromSections(reader.part("blocks"), words.length),
    });
  }
}
