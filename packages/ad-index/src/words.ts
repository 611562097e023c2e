/**
 * Splits text into the words that keyword search compares. Index and query must agree on it, so there is one function.
 * Words are runs of letters and digits of any script, lower case, without marks ("Café" = "cafe") and apostrophes ("McDonald's" =
 * "mcdonalds", as people type it). Single Latin letters and digits are left out: they are initials and plurals, and match everything.
 */

/** A keyword's bound in the ads model, in UTF-16 units. */
const WORD_CHARACTERS_MAX = 40;
/** End of the Latin letters: from here on one character can be a whole word. */
const LATIN_END = 0x24f;

const MARK = /\p{M}/gu;
const APOSTROPHE = /['\u2019\u02bc]/g;
const WORD = /[\p{L}\p{N}]+/gu;
const ASCII = /^[\0-\x7f]*$/;
const ASCII_WORD = /[a-z0-9]{2,}/g;

/** The words of a text, in order, repeats kept. */
export function wordsOf(text: string): string[] {
  const joined = text.replace(APOSTROPHE, "");
  // Most texts are ASCII; they need neither decomposition nor Unicode classes, which cost ten times as much.
  if (ASCII.test(joined)) return (joined.toLowerCase().match(ASCII_WORD) ?? []).filter((word) => word.length <= WORD_CHARACTERS_MAX);
  const plain = joined.normalize("NFKD").replace(MARK, "").normalize("NFC").toLowerCase();
  return (plain.match(WORD) ?? []).filter(isWord);
}

function isWord(word: string): boolean {
  return word.length <= WORD_CHARACTERS_MAX && (word.length > 1 || word.charCodeAt(0) > LATIN_END);
}
