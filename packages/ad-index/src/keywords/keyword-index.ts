/** Inverted index over the texts of a segment's ads; scoring is in keyword-scoring.ts. */
import type { AdDocument } from "@tenon/ads-model";
import { weightedTexts } from "./keyword-scoring.ts";
import { wordsOf } from "./words.ts";

/** Ads that hold one word: `rows[n]` holds it `frequencies[n]` times, weighted. */
export interface Postings {
  readonly rows: Int32Array;
  readonly frequencies: Int32Array;
}

const NO_POSTINGS: Postings = { rows: new Int32Array(0), frequencies: new Int32Array(0) };

/** Room for the postings of a few ads; a small segment should stay small. */
const ENTRIES_AT_FIRST = 64;

export class KeywordIndex {
  /** Weighted number of words per row. */
  readonly lengths: Int32Array;
  private readonly wordNumbers: ReadonlyMap<string, number>;
  /** Postings of word n stand at `starts[n] … starts[n + 1]`. */
  private readonly starts: Int32Array;
  private readonly rows: Int32Array;
  private readonly frequencies: Int32Array;

  constructor(documents: readonly AdDocument[]) {
    const numbering = new WordNumbering();
    const entries = new PostingEntries();
    this.lengths = new Int32Array(documents.length);
    for (const [row, document] of documents.entries()) {
      entries.startRow();
      for (const { text, weight } of weightedTexts(document)) {
        for (const word of wordsOf(text)) {
          entries.add(numbering.numberOf(word), row, weight);
          this.lengths[row] = (this.lengths[row] as number) + weight;
        }
      }
    }
    const sorted = entries.byWord(numbering.numbers.size);
    this.wordNumbers = numbering.numbers;
    this.starts = sorted.starts;
    this.rows = sorted.rows;
    this.frequencies = sorted.frequencies;
  }

  postingsOf(word: string): Postings {
    const number = this.wordNumbers.get(word);
    if (number === undefined) return NO_POSTINGS;
    const from = this.starts[number];
    const to = this.starts[number + 1];
    return { rows: this.rows.subarray(from, to), frequencies: this.frequencies.subarray(from, to) };
  }
}

/** Numbers words in the order in which they are met. */
class WordNumbering {
  readonly numbers = new Map<string, number>();

  numberOf(word: string): number {
    const known = this.numbers.get(word);
    if (known !== undefined) return known;
    this.numbers.set(word, this.numbers.size);
    return this.numbers.size - 1;
  }
}

/** Collects (word, row, frequency) in row order and sorts them by word, rows ascending within a word. */
class PostingEntries {
  private words: Int32Array = new Int32Array(ENTRIES_AT_FIRST);
  private entryRows: Int32Array = new Int32Array(ENTRIES_AT_FIRST);
  private entryFrequencies: Int32Array = new Int32Array(ENTRIES_AT_FIRST);
  private size = 0;
  /** Latest entry of a word; one of the current row if it is not before `rowStart`. */
  private readonly entryOf: number[] = [];
  private rowStart = 0;

  startRow(): void {
    this.rowStart = this.size;
  }

  add(word: number, row: number, weight: number): void {
    const known = this.entryOf[word];
    if (known !== undefined && known >= this.rowStart) {
      this.entryFrequencies[known] = (this.entryFrequencies[known] as number) + weight;
      return;
    }
    if (this.size === this.words.length) this.grow();
    const entry = this.size++;
    this.entryOf[word] = entry;
    this.words[entry] = word;
    this.entryRows[entry] = row;
    this.entryFrequencies[entry] = weight;
  }

  byWord(wordCount: number): {
    readonly starts: Int32Array;
    readonly rows: Int32Array;
    readonly frequencies: Int32Array;
  } {
    const { words, size } = this;
    const starts = new Int32Array(wordCount + 1);
    for (let entry = 0; entry < size; entry++) {
      const word = words[entry] as number;
      starts[word + 1] = (starts[word + 1] as number) + 1;
    }
    for (let word = 0; word < wordCount; word++)
      starts[word + 1] = (starts[word + 1] as number) + (starts[word] as number);
    const next = starts.slice(0, wordCount);
    const rows = new Int32Array(size);
    const frequencies = new Int32Array(size);
    for (let entry = 0; entry < size; entry++) {
      const word = words[entry] as number;
      const place = next[word] as number;
      rows[place] = this.entryRows[entry] as number;
      frequencies[place] = this.entryFrequencies[entry] as number;
      next[word] = place + 1;
    }
    return { starts, rows, frequencies };
  }

  private grow(): void {
    this.words = doubled(this.words);
    this.entryRows = doubled(this.entryRows);
    this.entryFrequencies = doubled(this.entryFrequencies);
  }
}

function doubled(values: Int32Array): Int32Array {
  const more = new Int32Array(2 * values.length);
  more.set(values);
  return more;
}
