/**
 * Splits text into the words that keyword search compares. Index and query must agree on it, so there is one function.
 * Words are runs of letters and digits of any script, lower case, without marks ("Café" = "cafe") and apostrophes ("McDonald's" =
 * "mcdonalds", as people type it). Single Latin letters and digits are left out: they are initials and plurals, and match everything.
 */

/** A keyword's bound in the ads model, in UTF-16 units. Longer words are no words. */
const WORD_CHARACTERS_MAX = 40;
/** End of the Latin letters: from here on one character can be a whole word. */
const LATIN_END = 0x24f;
const ASCII_END = 0x7f;

const MARK_OR_APOSTROPHE = /[\p{M}'\u2019\u02bc]/gu;
const WORD = /[\p{L}\p{N}]+/gu;

/** The words of a text, in order, repeats kept. */
export function wordsOf(text: string): string[] {
  return asciiWordsOf(text) ?? (plainForm(text).match(WORD) ?? []).filter(isWord);
}

function plainForm(text: string): string {
  return text.normalize("NFKD").replace(MARK_OR_APOSTROPHE, "").normalize("NFC").toLowerCase();
}

function isWord(word: string): boolean {
  return word.length <= WORD_CHARACTERS_MAX && (word.length > 1 || word.charCodeAt(0) > LATIN_END);
}

/**
 * The same for a text of ASCII without apostrophes, or undefined for any other. Most texts are such, and neither decomposition
 * nor Unicode classes are needed: this takes a fifth of the time, and a full build splits several texts per ad.
 */
function asciiWordsOf(text: string): string[] | undefined {
  const lower = text.toLowerCase();
  const words: string[] = [];
  let start = 0;
  for (let end = 0; end <= lower.length; end++) {
    const code = end === lower.length ? 0x20 : lower.charCodeAt(end);
    if (code > ASCII_END || code === 0x27) return undefined;
    if (isLetterOrDigit(code)) continue;
    if (end - start > 1 && end - start <= WORD_CHARACTERS_MAX) words.push(lower.slice(start, end));
    start = end + 1;
  }
  return words;
}

function isLetterOrDigit(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
}
