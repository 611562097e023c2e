/**
 * How keyword search scores an ad; every binding of the index scores alike.
 * Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009; fields are combined by weighting
 * frequencies before saturation (Robertson, Zaragoza, Taylor, CIKM 2004); idf is log(1 + …), which never turns negative.
 *
 * K1 Statistics (number of ads, mean length, ads per word) are those of all live ads, eligible or not, counted exactly: how an
 *    index spreads ads over its parts never changes a score.
 * K2 Sums are in doubles, over the query's distinct words in sorted order, rounded to float32 at the end.
 */
import type { AdDocument } from "@tenon/ads-model";

/** Saturation of repeated words; the usual value. */
const SATURATION = 1.2;
/** How much longer texts are held against an ad; the usual value. */
const LENGTH_SHARE = 0.75;

/** A text of an ad, and how much one word in it counts. */
export interface WeightedText {
  readonly text: string;
  readonly weight: number;
}

/** Keywords are chosen by the advertiser to be found by; a body merely mentions things. */
export const TEXT_WEIGHTS = { keyword: 3, title: 2, brand: 2, category: 1, body: 1 } as const;

/** The searchable texts of an ad. */
export function weightedTexts(document: AdDocument): readonly WeightedText[] {
  return [
    { text: document.title, weight: TEXT_WEIGHTS.title },
    { text: document.body, weight: TEXT_WEIGHTS.body },
    { text: document.brand, weight: TEXT_WEIGHTS.brand },
    { text: document.category, weight: TEXT_WEIGHTS.category },
    ...document.keywords.map((text) => ({ text, weight: TEXT_WEIGHTS.keyword })),
  ];
}

/** Weight of a word that `holders` of `adCount` ads hold. Positive. */
export function inverseDocumentFrequency(holders: number, adCount: number): number {
  return Math.log(1 + (adCount - holders + 0.5) / (holders + 0.5));
}

/**
 * Saturated frequency: 0 for a word that is not there, below 2.2 however often it is repeated.
 * `frequency`, `length`: occurrences of the word and of all words, each counted with its text's weight.
 */
export function saturation(frequency: number, length: number, lengthMean: number): number {
  return (
    (frequency * (SATURATION + 1)) /
    (frequency + SATURATION * (1 - LENGTH_SHARE + (LENGTH_SHARE * length) / lengthMean))
  );
}
