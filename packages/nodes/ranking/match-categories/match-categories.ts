import { type DictionaryColumn, type F32Column, type F64Column, F64Writer, map } from "@tenon/graph-core";
import { matchCategoriesContract } from "./match-categories.contract.ts";

/**
 * A retrieval score says how near an ad is only to what its source searched for: an ad found by keyword has none for the
 * interests. This one exists for every candidate, at the price of knowing the category only.
 */
export const matchCategories = map({
  ...matchCategoriesContract,
  run: ({ pacedAds, userEmbedding, queryEmbedding }, { uses: { embeddings } }) => {
    const vectorOf = (category: string): F32Column => embeddings.ofInterests([{ interest: category, affinity: 1 }]);
    const vectors = vectorsByCode(pacedAds.column("category"), vectorOf);
    const interests = userEmbedding.basis === "interests" ? userEmbedding.vector : undefined;
    const query = queryEmbedding !== undefined && queryEmbedding.knownWordCount > 0 ? queryEmbedding.vector : undefined;
    return {
      categoryMatch: {
        interestCosine: interests === undefined ? null : cosines(pacedAds.column("category"), vectors, interests),
        queryCosine: query === undefined ? null : cosines(pacedAds.column("category"), vectors, query),
      },
    };
  },
});

type VectorsByCode = readonly (F32Column | undefined)[];

/** Vectors of the categories that occur: a few dozen among thousands of candidates. */
function vectorsByCode(category: DictionaryColumn, vectorOf: (category: string) => F32Column): VectorsByCode {
  const vectors: (F32Column | undefined)[] = new Array(category.dictionary.words.length);
  for (let row = 0; row < category.length; row++) vectors[category.codeAt(row)] ??= vectorOf(category.at(row));
  return vectors;
}

/** Both sides have length 1 or are all zero, so the inner product is the cosine, or 0 when nothing is known. */
function cosines(category: DictionaryColumn, vectors: VectorsByCode, target: F32Column): F64Column {
  const byCode = vectors.map((vector) => (vector === undefined ? 0 : innerProduct(vector, target)));
  const cosine = new F64Writer(category.length);
  for (let row = 0; row < category.length; row++) cosine.set(row, byCode[category.codeAt(row)] ?? 0);
  return cosine.seal();
}

function innerProduct(left: F32Column, right: F32Column): number {
  let sum = 0;
  for (let axis = 0; axis < left.length; axis++) sum += left.at(axis) * right.at(axis);
  return sum;
}
