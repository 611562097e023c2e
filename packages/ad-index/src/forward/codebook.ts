/**
 * Codes of the words of one dictionary column. Words are only ever added, so codes stay valid in every later snapshot, and all
 * segments of an index share one codebook.
 */
import { Dictionary } from "@tenon/graph-core";

/** What a missing row holds; its code is 0. */
const ABSENT_WORD = "";

export class Codebook {
  private readonly words: string[] = [ABSENT_WORD];
  private readonly codes = new Map<string, number>([[ABSENT_WORD, 0]]);
  private sealed: Dictionary | undefined;

  constructor(words: readonly string[] = []) {
    for (const word of words) this.codeOf(word);
  }

  /** The word's code; a new word gets the next one. */
  codeOf(word: string): number {
    const known = this.codes.get(word);
    if (known !== undefined) return known;
    const code = this.words.push(word) - 1;
    this.codes.set(word, code);
    return code;
  }

  /** All words known now, as a dictionary that never changes. */
  dictionary(): Dictionary {
    if (this.sealed?.words.length !== this.words.length) this.sealed = new Dictionary(this.words);
    return this.sealed;
  }
}
