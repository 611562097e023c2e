/** Vectors of what requests ask for, in the space of the ads: words and categories of the catalogue. */
import type { UserProfile } from "@tenon/ads-model";
import { F32Column } from "@tenon/graph-core";
import { type Catalogue, categoryRows, EMBEDDING_DIMENSIONS, embedInterests, embedText } from "@tenon/marketplace";
import type { Embeddings } from "@tenon/nodes";

/** @param everybody where the ads as a whole point, see {@link unitVector} */
export function queryEmbeddings(catalogue: Catalogue, version: string, everybody: Float32Array): Embeddings {
  const rowOfCategory = categoryRows(catalogue);
  const ofInterests = (interests: UserProfile["interests"]) =>
    F32Column.from(embedInterests(catalogue, interests, rowOfCategory));
  // Asked for each category of each request's candidates: at most one column per category of the catalogue.
  const known = new Map<string, F32Column>();
  const ofCategory = (interest: string): F32Column | undefined => {
    if (!rowOfCategory.has(interest)) return undefined;
    const column = known.get(interest) ?? ofInterests([{ interest, affinity: 1 }]);
    known.set(interest, column);
    return column;
  };
  return {
    version,
    dimensions: EMBEDDING_DIMENSIONS,
    ofWords: (words) => F32Column.from(embedText(catalogue, words)),
    knownWordCount: (words) => words.filter((word) => catalogue.wordVectors.rowOf.has(word)).length,
    ofInterests: (interests) => {
      const [first] = interests;
      const single = interests.length === 1 && first?.affinity === 1 ? ofCategory(first.interest) : undefined;
      return single ?? ofInterests(interests);
    },
    ofEverybody: F32Column.from(everybody),
  };
}

/** The vector scaled to length 1; a zero vector as it is. */
export function unitVector(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((component) => component / length);
}
