import { hash } from "node:crypto";
import { HAND_OVER, type HandOver, requireHandOver, toArrayLike } from "./columns.ts";
import { rowOutOfRange, unknownName, valueNotOfType } from "./value-error.ts";

/** A frozen list of distinct words; a word's code is its position. Equal lists have equal fingerprints. */
export class Dictionary {
  readonly tenonValue = "dictionary";
  readonly words: readonly string[];
  /** sha-256 (hex) of the words in order. */
  readonly fingerprint: string;
  readonly #codes: ReadonlyMap<string, number>;

  /** Throws TENON1154 when a word appears twice. */
  constructor(words: readonly string[]) {
    this.words = Object.freeze([...words]);
    const codes = new Map<string, number>();
    for (const [code, word] of words.entries()) {
      if (codes.has(word)) throw valueNotOfType("dictionary", code, word, "every word once");
      codes.set(word, code);
    }
    this.#codes = codes;
    // The length before each word keeps ["ab", "c"] and ["a", "bc"] apart.
    this.fingerprint = hash("sha256", words.map((word) => `${word.length}:${word}`).join(""));
    Object.freeze(this);
  }

  /** The word's code, or -1 for a word the dictionary does not hold. */
  codeOf(word: string): number {
    return this.#codes.get(word) ?? -1;
  }
}

let dictionaryCodes: (column: DictionaryColumn) => Int32Array;

/** Strings of a small vocabulary as 32-bit codes. Two columns compare by code only under one fingerprint. */
export class DictionaryColumn {
  readonly tenonValue = "column";
  readonly type = "dictionary";
  readonly length: number;
  readonly dictionary: Dictionary;
  readonly #codes: Int32Array;

  /** Codes must be positions of `dictionary.words`, or -1 for absent inside a `FeatureSnapshot`. */
  constructor(key: HandOver, dictionary: Dictionary, codes: Int32Array) {
    requireHandOver(key);
    this.dictionary = dictionary;
    this.#codes = codes;
    this.length = codes.length;
    Object.freeze(this);
  }

  static {
    dictionaryCodes = (column) => column.#codes;
  }

  /** Encodes words. Throws TENON1158 for a word the dictionary does not hold. */
  static encode(dictionary: Dictionary, values: Iterable<string> | ArrayLike<string>): DictionaryColumn {
    const words = toArrayLike(values);
    const codes = new Int32Array(words.length);
    for (let row = 0; row < codes.length; row++) {
      const word = words[row] as string;
      const code = dictionary.codeOf(word);
      if (code < 0) throw unknownName("dictionary word", word, dictionary.words);
      codes[row] = code;
    }
    return new DictionaryColumn(HAND_OVER, dictionary, codes);
  }

  /** Wraps codes (copied). Throws TENON1154 for a code outside the dictionary. */
  static fromCodes(dictionary: Dictionary, codes: ArrayLike<number>): DictionaryColumn {
    const own = new Int32Array(codes.length);
    for (let row = 0; row < own.length; row++) {
      const code = codes[row] as number;
      if (!Number.isInteger(code) || code < 0 || code >= dictionary.words.length) {
        throw valueNotOfType("dictionary", row, code, `a code from 0 to ${dictionary.words.length - 1}`);
      }
      own[row] = code;
    }
    return new DictionaryColumn(HAND_OVER, dictionary, own);
  }

  /** The word of a row. Throws TENON1150 outside `0 … length - 1`, TENON1158 where the value is absent. */
  at(row: number): string {
    const code = this.codeAt(row);
    const word = this.dictionary.words[code];
    if (word === undefined) throw unknownName("dictionary code", String(code), []);
    return word;
  }

  /** The code of a row; -1 where the value is absent (inside a `FeatureSnapshot` only). */
  codeAt(row: number): number {
    const code = this.#codes[row];
    if (code === undefined) throw rowOutOfRange("dictionary column", row, this.length);
    return code;
  }
}

export { dictionaryCodes };
