/** Splits the texts of ads into words and inverts them. */
import { doubled } from "../bits/list-builder.ts";
import { KeywordIndex, type Postings } from "./keyword-index.ts";
import { type SearchableTexts, WEIGHTED_WORDS_MAX, weightedTexts } from "./keyword-scoring.ts";
import { wordsOf } from "./words.ts";

/** Room for the postings of a few ads; a small segment should stay small. */
const ENTRIES_AT_FIRST = 64;

/** `documents[r]`: the ad of row r; undefined for an empty row. */
export function buildKeywordIndex(documents: readonly (SearchableTexts | undefined)[]): KeywordIndex {
  const builder = new KeywordBuilder();
  for (const document of documents) builder.add(document);
  return builder.build();
}

/** Takes ads one after the other, so that they need not be in memory together. */
export class KeywordBuilder {
  private readonly numbering = new WordNumbering();
  private readonly entries = new PostingEntries();
  private readonly lengths: number[] = [];

  /** The ad of the next row; undefined for an empty row. */
  add(document: SearchableTexts | undefined): void {
    this.entries.startRow();
    let length = 0;
    for (const { text, weight } of document === undefined ? [] : weightedTexts(document)) {
      for (const word of wordsOf(text)) {
        this.entries.add(this.numbering.numberOf(word), this.lengths.length, weight);
        length += weight;
      }
    }
    this.lengths.push(Math.min(length, WEIGHTED_WORDS_MAX));
  }

  build(): KeywordIndex {
    const postings = this.entries.byWord(this.numbering.numbers.size);
    const lengths = Uint16Array.from(this.lengths);
    const words = [...this.numbering.numbers.keys()];
    return new KeywordIndex({ words, lengths, postings });
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

  byWord(wordCount: number): Postings {
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
    const frequencies = new Uint16Array(size);
    for (let entry = 0; entry < size; entry++) {
      const word = words[entry] as number;
      const place = next[word] as number;
      rows[place] = this.entryRows[entry] as number;
      frequencies[place] = Math.min(this.entryFrequencies[entry] as number, WEIGHTED_WORDS_MAX);
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
