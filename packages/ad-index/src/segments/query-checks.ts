/** Checks of what callers send: a wrong query is refused in words, before any work. */
import { type KeywordQuery, SEARCH_ADS_MAX, SEARCH_WORDS_MAX, type VectorQuery } from "../api.ts";
import { badLimit, badVector, embeddingVersionDiffers, tooMany } from "../errors.ts";
import type { SearchWords } from "../keywords/keyword-search.ts";
import { wordsOf } from "../keywords/words.ts";

/** Throws TENON1400. */
export function checkLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 0 || limit > SEARCH_ADS_MAX) throw badLimit(limit, SEARCH_ADS_MAX);
}

/** Throws TENON1401 for a vector of another width or with non-finite components, TENON1402 for one of another space. */
export function checkVectorQuery(
  query: VectorQuery,
  space: { readonly embeddingVersion: string; readonly dimensions: number },
): void {
  if (query.embeddingVersion !== space.embeddingVersion)
    throw embeddingVersionDiffers(query.embeddingVersion, space.embeddingVersion);
  const { vector } = query;
  if (vector.length !== space.dimensions) {
    throw badVector(`has ${vector.length} components`, `${space.dimensions} components`, String(vector.length));
  }
  for (let axis = 0; axis < vector.length; axis++) {
    if (!Number.isFinite(vector.at(axis))) {
      throw badVector(`is not finite at component ${axis}`, "finite numbers", String(vector.at(axis)));
    }
  }
}

/** The distinct words of a query, sorted, so that sums and digests do not depend on their order. Throws TENON1403. */
export function searchWords({ words, must = [], mustNot = [] }: Omit<KeywordQuery, "filter" | "limit">): SearchWords {
  const found = { scored: distinct([...words, ...must]), must: distinct(must), mustNot: distinct(mustNot) };
  const count = found.scored.length + found.mustNot.length;
  if (count > SEARCH_WORDS_MAX) throw tooMany("search words", count, SEARCH_WORDS_MAX);
  return found;
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.flatMap(wordsOf))].sort();
}
