/**
 * English function words. Nearly every ad text holds some of them, so as search words they find everything and mean
 * nothing. The list is closed classes only (articles, pronouns, prepositions, conjunctions, auxiliaries): a noun, verb or
 * adjective can be what somebody wants to buy.
 */
const WORDS =
  "an the this that these those my your his her its our their me you him them we they it he she who whom whose which what " +
  "of in on at by for with about from to into onto near over under between and or but nor so if than as not " +
  "is am are was were be been being do does did have has had can could will would shall should may might must";

const stopWords: ReadonlySet<string> = new Set(WORDS.split(" "));

/** The words that say something; all of them when none does ("the who" is a band). */
export function tellingWords(words: readonly string[]): readonly string[] {
  const telling = words.filter((word) => !stopWords.has(word));
  return telling.length === 0 ? words : telling;
}
