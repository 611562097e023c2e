/** What the index relies on in a document, beyond its schema: a matchable target and a comparable vector. */
import type { AdDocument } from "@tenon/ads-model";
import { badAdVector, badEmbeddingMatrix, badTargeting, embeddingRowMissing } from "../errors.ts";
import type { DocumentUpsert, EmbeddingMatrix } from "../host.ts";
import type { IndexedAd } from "./segment.ts";

/** Throws TENON1409 unless the matrix is whole rows. */
export function checkEmbeddings({ version, dimensions, rows }: EmbeddingMatrix): void {
  if (Number.isInteger(dimensions) && dimensions > 0 && rows.length % dimensions === 0) return;
  throw badEmbeddingMatrix(version, dimensions, rows.length);
}

/** Where vectors of documents come from that bring none. */
export interface EmbeddingSpace extends EmbeddingMatrix {
  /** The vector that the index holds for the same row of the matrix; asked when `rows` does not reach it. */
  readonly held?: (document: AdDocument) => Float32Array | undefined;
}

/**
 * The ad as it can be indexed. An ad embedded in another space stays findable by words, without a vector.
 * Throws TENON1406 or TENON1407 for its vector, TENON1408 for its targeting. Freezes the document: it is shared with every reader, if
 * there are any.
 */
export function checkDocument(
  { document, vector }: DocumentUpsert,
  space: EmbeddingSpace,
  { isOnlyWritten = false }: { readonly isOnlyWritten?: boolean } = {},
): IndexedAd {
  checkTargeting(document);
  const found = document.embedding.version === space.version ? (vector ?? vectorIn(space, document)) : undefined;
  if (found !== undefined) checkVector(document.adId, found, space.dimensions);
  if (!isOnlyWritten) freezeDeep(document);
  return { document, vector: found };
}

function checkTargeting({ adId, targeting }: AdDocument): void {
  for (const conjunction of targeting.conjunctions) {
    for (const [place, { attribute, operator }] of conjunction.entries()) {
      for (let other = 0; other < place; other++) {
        const earlier = conjunction[other];
        if (earlier?.attribute === attribute && earlier.operator === operator)
          throw badTargeting(adId, attribute, operator);
      }
    }
  }
}

function vectorIn({ version, dimensions, rows, held }: EmbeddingSpace, document: AdDocument): Float32Array {
  const start = document.embedding.row * dimensions;
  if (start + dimensions <= rows.length) return rows.subarray(start, start + dimensions);
  const known = held?.(document);
  if (known !== undefined) return known;
  throw embeddingRowMissing(document.adId, document.embedding.row, version, rows.length / dimensions);
}

function checkVector(adId: number, vector: ArrayLike<number>, dimensions: number): void {
  if (vector.length !== dimensions) {
    throw badAdVector(adId, `has ${vector.length} components`, `${dimensions} components`, String(vector.length));
  }
  for (let axis = 0; axis < dimensions; axis++) {
    // Rounded first: a double beyond the range of float32 would become infinite in the table.
    if (!Number.isFinite(Math.fround(vector[axis] as number))) {
      throw badAdVector(adId, `is not finite at component ${axis}`, "finite float32 numbers", String(vector[axis]));
    }
  }
}

function freezeDeep(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const key in value) freezeDeep(value[key as keyof typeof value]);
}
