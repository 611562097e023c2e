/**
 * How keyword search scores an ad; every binding of the index scores alike.
 * Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009; fields are combined by weighting
 * frequencies before saturation (Robertson, Zaragoza, Taylor, CIKM 2004); idf is log(1 + …), which never turns negative.
 *
 * K1 Statistics (number of ads, mean length, ads per word) are those of all live ads, eligible or not, counted exactly: how an
 *    index spreads ads over its parts never changes a score.
 * K2 What a word adds is rounded up to a multiple of 2^-40. So sums in doubles are exact, the order of words never changes a score,
 *    and a word that is there always adds something. The sum is rounded to float32.
 */
import type { AdDocument } from "@tenon/ads-model";

/** Saturation of repeated words; the usual value. */
const SATURATION = 1.2;
/** How much longer texts are held against an ad; the usual value. */
const LENGTH_SHARE = 0.75;

/** Units of a contribution in 1 (K2). A contribution is below 50 for any number of ads, so 100 words stay below 2^53 units. */
const UNITS = 2 ** 40;
/** Bounds and contributions are rounded in different places, a few times 2^-53 each. */
const ROUNDING = 1 + 2 ** -40;

/** Frequencies and lengths are kept in 16 bits. The bounds of an ad's texts allow about 1,100 weighted words. */
export const WEIGHTED_WORDS_MAX = 65_535;

/** A text of an ad, and how much one word in it counts. */
export interface WeightedText {
  readonly text: string;
  readonly weight: number;
}

/** What of an ad is searched. */
export type SearchableTexts = Pick<AdDocument, "title" | "body" | "brand" | "category" | "keywords">;

/** Keywords are chosen by the advertiser to be found by; a body merely mentions things. */
const TEXT_WEIGHTS = { title: 2, brand: 2, category: 1, body: 1 } as const;
/** Keywords come most telling first: so many of them say what the ad is for, the others what else it may answer. */
const LEADING_KEYWORDS = 3;
const KEYWORD_WEIGHTS = { leading: 3, further: 2 } as const;

/** The searchable texts of an ad. */
export function weightedTexts(document: SearchableTexts): readonly WeightedText[] {
  return [
    { text: document.title, weight: TEXT_WEIGHTS.title },
    { text: document.body, weight: TEXT_WEIGHTS.body },
    { text: document.brand, weight: TEXT_WEIGHTS.brand },
    { text: document.category, weight: TEXT_WEIGHTS.category },
    ...document.keywords.map((text, rank) => ({
      text,
      weight: rank < LEADING_KEYWORDS ? KEYWORD_WEIGHTS.leading : KEYWORD_WEIGHTS.further,
    })),
  ];
}

/** Weight of a word that `holders` of `adCount` ads hold. Positive. */
export function inverseDocumentFrequency(holders: number, adCount: number): number {
  return Math.log(1 + (adCount - holders + 0.5) / (holders + 0.5));
}

/**
 * What a word adds to an ad's score, in {@link UNITS}: a positive whole number.
 * `weight`: the word's inverse document frequency. `frequency`, `penalty`: of the word and the length of the ad.
 */
export function contribution(weight: number, frequency: number, penalty: number): number {
  return Math.ceil(((weight * (frequency * (SATURATION + 1))) / (frequency + penalty)) * UNITS);
}

/** How much an ad's length is held against it. `length`: all its words, each counted with its text's weight. */
export function lengthPenalty(length: number, lengthMean: number): number {
  return SATURATION * (1 - LENGTH_SHARE + (LENGTH_SHARE * length) / lengthMean);
}

/** Score of an ad by the sum of its words' contributions. */
export function scoreOf(sum: number): number {
  return Math.fround(sum / UNITS);
}

/**
 * No less than any contribution of a group of postings.
 * `dilution`: least length per occurrence among them.
 */
export function contributionMax(
  weight: number,
  { frequencyMax, dilution, lengthMean }: { frequencyMax: number; dilution: number; lengthMean: number },
): number {
  // The saturation with numerator and denominator divided by the frequency: it falls with 1 / frequency and with dilution.
  const saturationMax =
    (SATURATION + 1) / (1 + SATURATION * ((1 - LENGTH_SHARE) / frequencyMax + (LENGTH_SHARE * dilution) / lengthMean));
  return Math.ceil(weight * saturationMax * UNITS * ROUNDING);
}
