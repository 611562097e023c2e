/** The catalogue in memory: real brands, their categories and countries, cities, and word vectors. Read-only and shareable. */
import { readFileSync } from "node:fs";
import {
  type CountryCode,
  countryCode,
  type LanguageCode,
  languageCode,
  type RegionCode,
  regionCode,
} from "@tenon/ads-model";
import { decodeCatalogue } from "./catalogue-file.ts";
import { CatalogueFileError } from "./catalogue-file-error.ts";
import { EMBEDDING_DIMENSIONS, type LocationRule, type StoredCatalogue } from "./catalogue-tables.ts";
import { normalise, type WordVectors, wordWeight } from "./embed-text.ts";

/** One kind of place that an organisation runs: Shell's fuel stations, Shell's car washes. */
export interface CatalogueBrand {
  /** Id in the name-suggestion-index, e.g. `arabica-e1ef51`; stable between its versions. */
  readonly key: string;
  readonly name: string;
  /** Row in `organisations`. */
  readonly organisation: number;
  /** Row in `categories`. */
  readonly category: number;
  readonly location: LocationRule;
  /** Words that find the brand besides those of its name and category. */
  readonly extraWords: readonly string[];
}

export interface CatalogueOrganisation {
  readonly wikidataId: string | null;
  /** One line from Wikidata; may be empty. */
  readonly description: string;
  /** 0 to 1, a proxy: see data/README.md. */
  readonly popularity: number;
}

export interface CatalogueCategory {
  /** `brands/amenity/fast_food` */
  readonly path: string;
  /** `fast food` */
  readonly name: string;
}

export interface CatalogueCity {
  readonly name: string;
  readonly country: CountryCode;
  /** Known for cities of AU, CA, CH, DE, FR, GB and US. */
  readonly region: RegionCode | null;
  readonly population: number;
  /** Degrees. */
  readonly latitude: number;
  readonly longitude: number;
}

export interface Catalogue {
  /** Name of the content, from its checksum; also the version of every embedding made with it. */
  readonly version: string;
  readonly sources: readonly { readonly name: string; readonly version: string; readonly licence: string }[];
  readonly brands: readonly CatalogueBrand[];
  readonly organisations: readonly CatalogueOrganisation[];
  readonly categories: readonly CatalogueCategory[];
  /** Largest first. */
  readonly cities: readonly CatalogueCity[];
  readonly languageOf: ReadonlyMap<CountryCode, LanguageCode>;
  /** By frequency in English, most frequent first. */
  readonly words: readonly string[];
  readonly wordVectors: WordVectors;
  /** One row of length 1 per category, `EMBEDDING_DIMENSIONS` wide. */
  readonly categoryVectors: Float32Array;
}

/** The file that belongs to this package; the same relative place from `src` and from `dist`. */
const CATALOGUE_FILE = new URL("../data/catalogue.bin", import.meta.url);

/**
 * Reads and verifies the catalogue. Takes about a fifth of a second; keep the result.
 * @throws CatalogueFileError when the file is missing, cut short, changed, or of another format version.
 */
export function loadCatalogue(file: URL = CATALOGUE_FILE): Catalogue {
  return catalogueOf(decodeCatalogue(readBytes(file)));
}

function readBytes(file: URL): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new CatalogueFileError("the file cannot be opened", { cause });
  }
}

/** The catalogue of decoded tables; for tests and tools that make their own. */
export function catalogueOf({ tables, vectors, checksum }: StoredCatalogue & { readonly checksum: string }): Catalogue {
  const { brands, organisations, categories, cities, countries, words } = tables;
  const wordComponents = words.word.length * EMBEDDING_DIMENSIONS;
  return {
    version: `catalogue-${checksum.slice(0, 12)}`,
    sources: tables.sources,
    brands: brands.key.map((key, row) => ({
      key,
      name: at(brands.name, row),
      organisation: at(brands.organisation, row),
      category: at(brands.category, row),
      location: at(tables.locations, at(brands.location, row)),
      extraWords: at(brands.extraWords, row).split(" ").filter(Boolean),
    })),
    organisations: organisations.wikidataId.map((wikidataId, row) => ({
      wikidataId,
      description: at(organisations.description, row),
      popularity: at(organisations.popularity, row) / 255,
    })),
    categories: categories.path.map((path, row) => ({ path, name: at(categories.name, row) })),
    cities: cities.name.map((name, row) => {
      const region = at(cities.region, row);
      return {
        name,
        country: countryCode(at(cities.country, row)),
        region: region === null ? null : regionCode(region),
        population: at(cities.population, row),
        latitude: at(cities.latitudeCentidegrees, row) / 100,
        longitude: at(cities.longitudeCentidegrees, row) / 100,
      };
    }),
    languageOf: new Map(
      countries.code.map((code, row) => [countryCode(code), languageCode(at(countries.language, row))]),
    ),
    words: words.word,
    wordVectors: {
      dimensions: EMBEDDING_DIMENSIONS,
      vectors: unitRows(vectors.subarray(0, wordComponents)),
      weights: Float32Array.from(words.rank, wordWeight),
      rowOf: new Map(words.word.map((word, row) => [word, row])),
    },
    categoryVectors: unitRows(vectors.subarray(wordComponents)),
  };
}

function unitRows(quantised: Int8Array): Float32Array {
  const rows = Float32Array.from(quantised);
  for (let start = 0; start < rows.length; start += EMBEDDING_DIMENSIONS)
    normalise(rows.subarray(start, start + EMBEDDING_DIMENSIONS));
  return rows;
}

/** Columns of one table have one length and references are in range: the checksum has vouched for the builder's file. */
function at<Value>(column: readonly Value[], row: number): Value {
  const value = column[row];
  if (value === undefined) throw new CatalogueFileError(`a column ends before row ${row}`);
  return value;
}
