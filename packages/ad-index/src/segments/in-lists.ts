/** Lays out a segment in inverted lists. */
import { setBit, wordsFor } from "../bits/bitset.ts";
import type { Codebooks } from "../forward/forward-values.ts";
import type { EmbeddingMatrix } from "../host.ts";
import { calibrate, VectorSegment } from "../vectors/index.ts";
import { ListRows, type SearchOptions } from "./list-rows.ts";
import { BaseSegment, type IndexedAd, partsOf } from "./segment.ts";

/** Searches of one index that can be under way at once, each under a mask of its own. */
export const LIST_OPTIONS = { bitmapsMax: 64 };

export interface ListSettings {
  readonly embeddings: EmbeddingMatrix;
  readonly codebooks: Codebooks;
  readonly search: SearchOptions;
}

/** Rows in the order of inverted lists. Searches are calibrated to a mean recall of 0.99 on rows of the segment itself. */
export function inLists(ads: readonly IndexedAd[], { embeddings, codebooks, search }: ListSettings): BaseSegment {
  const { version: embeddingVersion, dimensions } = embeddings;
  const vectors = new Float32Array(ads.length * dimensions);
  const present = new Int32Array(wordsFor(ads.length));
  for (const [place, { vector }] of ads.entries()) {
    if (vector === undefined) continue;
    vectors.set(vector, place * dimensions);
    setBit(present, place);
  }
  const ids = ads.map(({ document }) => document.adId);
  const input = { ids, vectors, dimensions, metric: "innerProduct", embeddingVersion, present } as const;
  const { segment, rowOfInput } = VectorSegment.build(input, LIST_OPTIONS);
  const rows: (IndexedAd | undefined)[] = Array(segment.shape.size).fill(undefined);
  for (const [place, ad] of ads.entries()) rows[rowOfInput[place] as number] = ad;
  return new BaseSegment(
    partsOf(rows, new ListRows(segment, { ...search, calibration: calibrate(segment) }), codebooks),
  );
}
