/** Combining marks: removed after decomposition, so that "Café" and "cafe" are one word. */
const MARKS = /\p{M}+/gu;
const ASCII = /^[ -~]*$/;
const SEPARATORS = /[^\p{L}\p{N}]+/u;
/** Apostrophes are dropped, not split at: "McDonald's" is "mcdonalds", as people type it. */
const APOSTROPHES = /['’ʼ]/g;
/** A keyword's bound in the ads model, in UTF-16 units. */
const WORD_CHARACTERS_MAX = 40;

/**
 * Lower-case words of a text of any script, without marks, in order, repeats kept. One-character Latin words are left out: they
 * are initials and plurals, and match everything.
 */
export function wordsOf(text: string): string[] {
  // Most texts are plain ASCII, which normalisation leaves alone: skipping it halves the time of embedding the catalogue.
  const base = ASCII.test(text) ? text : text.normalize("NFKD").replace(MARKS, "").normalize("NFC");
  const plain = base.replace(APOSTROPHES, "").toLowerCase();
  return plain
    .split(SEPARATORS)
    .filter((word) => word.length <= WORD_CHARACTERS_MAX && (word.length > 1 || word > "\u024f"));
}
