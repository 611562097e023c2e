/** Columns of a candidate, from retrieval to the last filter. */
import { FORWARD_COLUMN_NAMES, FORWARD_COLUMN_TYPES, type FrequencyCapColumnName } from "@tenon/ad-index/api";
import { type ColumnUse, candidateBatchSchema } from "@tenon/graph-core";

/** A source's bit in the `sources` column. A candidate that two sources found has both bits. */
export const SOURCE_BITS = { vector: 1, keyword: 2, exploration: 4 } as const;
export type SourceName = keyof typeof SOURCE_BITS;

/** How a candidate was found. A score is 0 unless its source's bit is set. */
export const MERGED_COLUMN_TYPES = {
  sources: "u8",
  /** Inner product of user or query and ad; a cosine, as both have length 1. */
  vectorScore: "f32",
  /** Relevance of the ad's words to the query's, 0 or more; comparable within one request only. */
  keywordScore: "f32",
} as const;

export const RETRIEVED_AD_COLUMN_TYPES = {
  ...MERGED_COLUMN_TYPES,
  /** `ROW_FOUND` or `ROW_MISSING`: a missing row holds 0, or the empty word, in every forward column. */
  indexStatus: "u8",
  /**
   * The index's own verdict, whichever source brought the ad: `eligible`, or the first drop reason that holds (one of
   * `INELIGIBLE_REASONS`, `not_indexed` or `targeting_mismatch`).
   */
  eligibility: "dictionary",
  ...FORWARD_COLUMN_TYPES,
} as const;

/** The batch that every filter narrows: the same columns all the way. */
export const retrievedAdsSchema = candidateBatchSchema(RETRIEVED_AD_COLUMN_TYPES);

export type RetrievedAdColumn = keyof typeof RETRIEVED_AD_COLUMN_TYPES;

/** Name of the batch as a table, in what nodes declare of the columns they read. */
export const ADS_TABLE = "retrievedAds";

export const FREQUENCY_CAP_COLUMN_NAMES = FORWARD_COLUMN_NAMES.filter((name): name is FrequencyCapColumnName =>
  /CapPer\d+Days$/.test(name),
);

/**
 * For the contract of a node that reads columns of candidates, from whichever batch of them: `columns: [readsOfAds("bidMicros")]`.
 * A test of the graph holds every contract against what its node truly reads.
 */
export function readsOfAds(...columns: readonly RetrievedAdColumn[]): ColumnUse {
  return { table: ADS_TABLE, reads: columns };
}

/** Of the one node that puts them there. */
export const WRITES_OF_ADS: ColumnUse = { table: ADS_TABLE, writes: Object.keys(RETRIEVED_AD_COLUMN_TYPES) };
