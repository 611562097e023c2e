/** Vectors of the things that meet in retrieval: texts, brands, users. All of length 1 (or zero), all comparable by cosine. */
import type { UserProfile } from "@tenon/ads-model";
import type { Catalogue, CatalogueBrand } from "./catalogue.ts";
import { addScaled, addWords, embedWords, normalise } from "./embed-text.ts";
import { wordsOf } from "./words.ts";

/**
 * Vector of a text or a list of words, `EMBEDDING_DIMENSIONS` long, length 1; all zero when the catalogue knows none of the words.
 * The words are English: the source has no others.
 */
export function embedText(catalogue: Catalogue, text: string | readonly string[]): Float32Array {
  return embedWords(catalogue.wordVectors, typeof text === "string" ? wordsOf(text) : text);
}

/** A brand is its category first, then what its own words and description add: most brand names are no words at all. */
const OWN_WORDS_SHARE = 0.35;
const DESCRIPTION_SHARE = 0.35;

/** Writes the brand's vector of length 1 into `target`. */
export function embedBrand(catalogue: Catalogue, brand: CatalogueBrand, target: Float32Array): void {
  target.fill(0);
  addScaled(target, catalogue.categoryVectors, brand.category, 1);
  addWords(target, catalogue.wordVectors, wordsOf(brand.name), OWN_WORDS_SHARE);
  addWords(target, catalogue.wordVectors, brand.extraWords, OWN_WORDS_SHARE);
  const description = catalogue.organisations[brand.organisation]?.description ?? "";
  addWords(target, catalogue.wordVectors, wordsOf(description), DESCRIPTION_SHARE);
  normalise(target);
}

/** Vector of a user's interests, each weighted by its affinity; all zero for a user without interests. */
export function embedInterests(
  catalogue: Catalogue,
  interests: UserProfile["interests"],
  rowOfCategory: ReadonlyMap<string, number>,
): Float32Array {
  const sum = new Float32Array(catalogue.wordVectors.dimensions);
  for (const { interest, affinity } of interests) {
    const row = rowOfCategory.get(interest);
    if (row !== undefined) addScaled(sum, catalogue.categoryVectors, row, affinity);
  }
  return normalise(sum);
}
