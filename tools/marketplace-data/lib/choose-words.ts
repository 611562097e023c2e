import { wordsOf } from "../../../packages/marketplace/src/words.ts";

/** Words in the catalogue: 15,000 × 32 bytes is half a megabyte of the file. */
export const WORDS_MAX = 15_000;
/** So many of the most frequent words come first, so that a query of ordinary words has a vector. */
const FREQUENT_WORDS = 5_000;

const EMBEDDABLE = /^[a-z][a-z0-9]+$/;

/**
 * The words that get a vector: the most frequent ones of the language, then those of `texts` by number of occurrences.
 * `known` lists the words with vectors, most frequent first. The result is ascending by that rank.
 */
export function chooseWords(texts: Iterable<string>, known: readonly string[]): { word: string[]; rank: number[] } {
  const rankOf = new Map(known.map((word, rank) => [word, rank]));
  const occurrences = new Map<string, number>();
  for (const text of texts) {
    for (const word of wordsOf(text)) occurrences.set(word, (occurrences.get(word) ?? 0) + 1);
  }
  const chosen = new Set(known.filter((word) => EMBEDDABLE.test(word)).slice(0, FREQUENT_WORDS));
  const rank = (word: string) => rankOf.get(word) ?? Number.POSITIVE_INFINITY;
  const byUse = [...occurrences]
    .filter(([word]) => EMBEDDABLE.test(word) && rankOf.has(word))
    .sort(([left, leftCount], [right, rightCount]) => rightCount - leftCount || rank(left) - rank(right));
  for (const [word] of byUse) {
    if (chosen.size >= WORDS_MAX) break;
    chosen.add(word);
  }
  const word = [...chosen].sort((left, right) => rank(left) - rank(right));
  return { word, rank: word.map(rank) };
}
