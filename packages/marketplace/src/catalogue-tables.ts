/**
 * What the data file holds, as it is stored: one record per table, one array per column, rows joined by row number.
 * Columns compress about a third better than records and need no parsing beyond JSON.
 */

/** Dimensions of every vector in the catalogue. */
export const EMBEDDING_DIMENSIONS = 32;

/** Where a brand is present. A place belongs if its country or region is listed (or `everywhere`) and neither is excluded. */
export interface LocationRule {
  readonly everywhere: boolean;
  /** ISO 3166-1 alpha-2. */
  readonly countries: readonly string[];
  /** ISO 3166-2, for brands of a part of a country. */
  readonly regions: readonly string[];
  readonly excludedCountries: readonly string[];
  readonly excludedRegions: readonly string[];
}

export interface CatalogueTables {
  /** Where the rows come from; repeated in the NOTICE. */
  readonly sources: readonly { readonly name: string; readonly version: string; readonly licence: string }[];
  readonly categories: { readonly path: readonly string[]; readonly name: readonly string[] };
  readonly organisations: {
    /** Wikidata id, `Q…`; null for an organisation without one. */
    readonly wikidataId: readonly (string | null)[];
    /** Wikidata's one-line description; may be empty. */
    readonly description: readonly string[];
    /** 0 … 255; see `popularityOf` in the build tool. */
    readonly popularity: readonly number[];
  };
  readonly brands: {
    /** Id in the name-suggestion-index. */
    readonly key: readonly string[];
    readonly name: readonly string[];
    /** Row in `organisations`. */
    readonly organisation: readonly number[];
    /** Row in `categories`. */
    readonly category: readonly number[];
    /** Row in `locations`. */
    readonly location: readonly number[];
    /** Words that find the brand besides its name and category, joined by spaces. */
    readonly extraWords: readonly string[];
  };
  readonly locations: readonly LocationRule[];
  readonly countries: {
    readonly code: readonly string[];
    /** Most likely language, ISO 639-1. */
    readonly language: readonly string[];
  };
  readonly cities: {
    readonly name: readonly string[];
    /** ISO 3166-1 alpha-2. */
    readonly country: readonly string[];
    /** ISO 3166-2, where the source's subdivisions can be mapped; else null. */
    readonly region: readonly (string | null)[];
    readonly population: readonly number[];
    /** Hundredths of a degree. */
    readonly latitudeCentidegrees: readonly number[];
    readonly longitudeCentidegrees: readonly number[];
  };
  readonly words: {
    /** Ascending by rank. */
    readonly word: readonly string[];
    /** Position in the source's list of 341,479 words by frequency, 0 is the most frequent. */
    readonly rank: readonly number[];
  };
}

/** The stored catalogue: tables, and one int8 vector per word and then per category, row after row. */
export interface StoredCatalogue {
  readonly tables: CatalogueTables;
  /** (words + categories) × EMBEDDING_DIMENSIONS; each row scaled to a largest component of ±127. */
  readonly vectors: Int8Array;
}
