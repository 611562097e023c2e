import fc from "fast-check";
import { expect, test } from "vitest";
import { loadCatalogue } from "./catalogue.ts";
import { decodeCatalogue, encodeCatalogue } from "./catalogue-file.ts";
import { CatalogueFileError } from "./catalogue-file-error.ts";
import { type CatalogueTables, EMBEDDING_DIMENSIONS, type StoredCatalogue } from "./catalogue-tables.ts";

const emptyTables: CatalogueTables = {
  sources: [{ name: "test", version: "1", licence: "none" }],
  categories: { path: ["brands/shop/tea"], name: ["tea shop"] },
  organisations: { wikidataId: [null], description: ["茶 ☕"], popularity: [255] },
  brands: { key: ["tea"], name: ["Tēa"], organisation: [0], category: [0], location: [0], extraWords: [""] },
  locations: [{ everywhere: true, countries: [], regions: [], excludedCountries: [], excludedRegions: [] }],
  countries: { code: ["DE"], language: ["de"] },
  cities: { name: [], country: [], region: [], population: [], latitudeCentidegrees: [], longitudeCentidegrees: [] },
  words: { word: ["tea"], rank: [1_000] },
};

const components = fc.int8Array({ minLength: 2 * EMBEDDING_DIMENSIONS, maxLength: 2 * EMBEDDING_DIMENSIONS });
const catalogues: fc.Arbitrary<StoredCatalogue> = fc
  .record({ description: fc.string({ unit: "grapheme" }), vectors: components })
  .map(({ description, vectors }) => ({
    tables: { ...emptyTables, organisations: { ...emptyTables.organisations, description: [description] } },
    vectors,
  }));

test("what is encoded is decoded, and encoding again gives the same bytes", () => {
  fc.assert(
    fc.property(catalogues, (catalogue) => {
      const file = encodeCatalogue(catalogue);
      const { tables, vectors } = decodeCatalogue(file);
      expect({ tables, vectors }).toEqual(catalogue);
      expect(Buffer.compare(encodeCatalogue({ tables, vectors }), file)).toBe(0);
    }),
  );
});

test("no single changed byte goes unnoticed, wherever it is", () => {
  const file = encodeCatalogue({ tables: emptyTables, vectors: new Int8Array(2 * EMBEDDING_DIMENSIONS) });
  const original = decodeCatalogue(file).checksum;
  fc.assert(
    fc.property(fc.nat({ max: file.length - 1 }), fc.integer({ min: 1, max: 255 }), (offset, change) => {
      const damaged = Uint8Array.from(file);
      damaged[offset] = (damaged[offset] ?? 0) ^ change;
      // A changed byte in the padding of the compressed stream may decode to the same content; anything else must throw.
      try {
        expect(decodeCatalogue(damaged).checksum).toBe(original);
      } catch (error) {
        expect(error).toBeInstanceOf(CatalogueFileError);
      }
    }),
    { numRuns: 500 },
  );
});

test("a file cut short is refused at every length", () => {
  const file = encodeCatalogue({ tables: emptyTables, vectors: new Int8Array(2 * EMBEDDING_DIMENSIONS) });
  for (let length = 0; length < file.length; length++)
    expect(() => decodeCatalogue(file.subarray(0, length))).toThrow(CatalogueFileError);
});

test.each([
  ["another magic", 0, "it does not start with TENONCAT"],
  ["another version", 8, "format version 0 found, 1 expected"],
  ["another checksum", 20, "checksum"],
  ["a length beyond reason", 15, "its header claims"],
])("%s is named in the message, with what to do", (_, offset, problem) => {
  const file = Uint8Array.from(
    encodeCatalogue({ tables: emptyTables, vectors: new Int8Array(2 * EMBEDDING_DIMENSIONS) }),
  );
  file[offset] = offset === 15 ? 0x7f : (file[offset] ?? 0) ^ 1;
  expect(() => decodeCatalogue(file)).toThrow(problem);
  expect(() => decodeCatalogue(file)).toThrow("restore data/catalogue.bin from version control or rebuild it");
});

test("vectors that do not fit the tables are refused", () => {
  const file = encodeCatalogue({ tables: emptyTables, vectors: new Int8Array(EMBEDDING_DIMENSIONS) });
  expect(() => decodeCatalogue(file)).toThrow("32 vector bytes found, 64 expected");
});

test("a missing file is a catalogue error with its cause", () => {
  expect(() => loadCatalogue(new URL("file:///nowhere/catalogue.bin"))).toThrow(CatalogueFileError);
});
