/**
 * Postings of ads that come one by one. A posting names the one before it of the same word, so adding is constant work per word
 * and nothing is sorted; a search collects the few words it asks for into an ordinary index.
 */
import { withRoom } from "../bits/growing.ts";
import { KeywordIndex, type KeywordSource } from "./keyword-index.ts";
import { type SearchableTexts, WEIGHTED_WORDS_MAX, weightedTexts } from "./keyword-scoring.ts";
import { wordsOf } from "./words.ts";

const NONE = -1;

export class GrowingKeywords {
  private rowLengths = new Uint16Array(0);
  /** Newest posting of each word. */
  private readonly newest = new Map<string, number>();
  private postingRows = new Int32Array(0);
  private frequencies = new Int32Array(0);
  /** The posting before, of the same word. */
  private before = new Int32Array(0);
  private size = 0;

  /** The ad of the next row. */
  add(row: number, document: SearchableTexts): void {
    let length = 0;
    for (const { text, weight } of weightedTexts(document)) {
      for (const word of wordsOf(text)) {
        this.addWord(word, row, weight);
        length += weight;
      }
    }
    this.rowLengths = withRoom(this.rowLengths, row + 1);
    this.rowLengths[row] = Math.min(length, WEIGHTED_WORDS_MAX);
  }

  /** The first `rowCount` rows. Rows that are added later are not in it. */
  upTo(rowCount: number): KeywordSource {
    return { lengths: this.rowLengths, forWords: (words) => this.indexOf(words, rowCount) };
  }

  private addWord(word: string, row: number, weight: number): void {
    const newest = this.newest.get(word) ?? NONE;
    if (newest !== NONE && this.postingRows[newest] === row) {
      this.frequencies[newest] = (this.frequencies[newest] as number) + weight;
      return;
    }
    const posting = this.size++;
    this.postingRows = withRoom(this.postingRows, this.size);
    this.frequencies = withRoom(this.frequencies, this.size);
    this.before = withRoom(this.before, this.size);
    this.postingRows[posting] = row;
    this.frequencies[posting] = weight;
    this.before[posting] = newest;
    this.newest.set(word, posting);
  }

  private indexOf(words: readonly string[], rowCount: number): KeywordIndex {
    const known = [...new Set(words)].filter((word) => this.newest.has(word));
    const starts = new Int32Array(known.length + 1);
    for (const [number, word] of known.entries())
      starts[number + 1] = (starts[number] as number) + this.countOf(word, rowCount);
    const rows = new Int32Array(starts[known.length] as number);
    const frequencies = new Uint16Array(rows.length);
    for (const [number, word] of known.entries()) {
      let place = starts[number + 1] as number;
      for (let posting = this.newestOf(word, rowCount); posting !== NONE; posting = this.before[posting] as number) {
        place--;
        rows[place] = this.postingRows[posting] as number;
        frequencies[place] = Math.min(this.frequencies[posting] as number, WEIGHTED_WORDS_MAX);
      }
    }
    return new KeywordIndex({ words: known, lengths: this.rowLengths, postings: { starts, rows, frequencies } });
  }

  private countOf(word: string, rowCount: number): number {
    let count = 0;
    for (let posting = this.newestOf(word, rowCount); posting !== NONE; posting = this.before[posting] as number)
      count++;
    return count;
  }

  /** Newest posting of a word in the first rows. */
  private newestOf(word: string, rowCount: number): number {
    let posting = this.newest.get(word) ?? NONE;
    while (posting !== NONE && (this.postingRows[posting] as number) >= rowCount)
      posting = this.before[posting] as number;
    return posting;
  }
}
