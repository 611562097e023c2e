import type { CatalogueTables } from "../../../packages/marketplace/src/catalogue-tables.ts";
import { addWords, embedWords, normalise, type WordVectors } from "../../../packages/marketplace/src/embed-text.ts";
import { wordsOf } from "../../../packages/marketplace/src/words.ts";

/**
 * The descriptions count half as much as the name: they say what the name does not ("route" is about buses), but also where the
 * organisations are.
 */
const DESCRIPTION_SHARE = 0.5;

/** One unit vector per category, row after row: its readable name plus the descriptions of its organisations. */
export function categoryVectors(
  tables: Pick<CatalogueTables, "categories" | "brands" | "organisations">,
  words: WordVectors,
): Float32Array {
  const { categories, brands, organisations } = tables;
  const described = categories.path.map(() => new Float32Array(words.dimensions));
  brands.category.forEach((category, row) => {
    const sum = described[category];
    const description = organisations.description[brands.organisation[row] ?? -1];
    if (sum !== undefined && description !== undefined) addWords(sum, words, new Set(wordsOf(description)), 1);
  });
  const vectors = new Float32Array(categories.path.length * words.dimensions);
  categories.name.forEach((name, category) => {
    const vector = embedWords(words, wordsOf(name));
    normalise(described[category] ?? vector).forEach((component, axis) => {
      vector[axis] = (vector[axis] ?? 0) + DESCRIPTION_SHARE * component;
    });
    vectors.set(normalise(vector), category * words.dimensions);
  });
  return vectors;
}
