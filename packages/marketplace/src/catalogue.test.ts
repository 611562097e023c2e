import { countryCode, regionCode } from "@tenon/ads-model";
import { expect, test } from "vitest";
import { loadCatalogue } from "./catalogue.ts";
import { EMBEDDING_DIMENSIONS } from "./catalogue-tables.ts";
import { categoryRows, isRestrictedCategory, nearestCategories } from "./category-traits.ts";
import { embedInterests, embedText } from "./embed.ts";
import { cosine } from "./embed-text.ts";
import { isPresent } from "./location.ts";

const catalogue = loadCatalogue();
const rows = categoryRows(catalogue);
const vectorOf = (path: string) => {
  const row = rows.get(path) ?? -1;
  return catalogue.categoryVectors.subarray(row * EMBEDDING_DIMENSIONS, (row + 1) * EMBEDDING_DIMENSIONS);
};

test("the committed file holds the documented numbers of rows", () => {
  expect({
    brands: catalogue.brands.length,
    organisations: catalogue.organisations.length,
    categories: catalogue.categories.length,
    cities: catalogue.cities.length,
    words: catalogue.words.length,
    countries: catalogue.languageOf.size,
  }).toEqual({ brands: 49_297, organisations: 34_901, categories: 417, cities: 8_722, words: 15_000, countries: 250 });
});

test("every brand has a name, a category, an organisation and a place", () => {
  for (const brand of catalogue.brands) {
    expect(brand.name).not.toBe("");
    expect(catalogue.categories[brand.category]).toBeDefined();
    expect(catalogue.organisations[brand.organisation]).toBeDefined();
    const { everywhere, countries, regions } = brand.location;
    expect(everywhere || countries.length + regions.length > 0).toBe(true);
  }
});

test("places are those of the source: REWE is German, Tim Hortons is not", () => {
  const placesOf = (name: string) =>
    catalogue.brands.filter((brand) => brand.name === name).map(({ location }) => location);
  const berlin = { country: countryCode("DE"), region: regionCode("DE-BE") };
  expect(placesOf("REWE").every((rule) => isPresent(rule, berlin))).toBe(true);
  expect(placesOf("REWE").some((rule) => isPresent(rule, { country: countryCode("US"), region: null }))).toBe(false);
  expect(placesOf("Tim Hortons").some((rule) => isPresent(rule, { country: countryCode("CA"), region: null }))).toBe(
    true,
  );
});

test("a place is excluded by country and by region, and a region alone includes", () => {
  const rule = {
    everywhere: false,
    countries: ["US"],
    regions: ["CA-QC"],
    excludedCountries: [],
    excludedRegions: ["US-CA"],
  };
  const present = (country: string, region: string | null) =>
    isPresent(rule, { country: countryCode(country), region: region === null ? null : regionCode(region) });
  expect([
    present("US", null),
    present("US", "US-CA"),
    present("US", "US-NY"),
    present("CA", "CA-QC"),
    present("CA", "CA-ON"),
  ]).toEqual([true, false, true, true, false]);
  expect(
    isPresent({ ...rule, everywhere: true, excludedCountries: ["US"] }, { country: countryCode("US"), region: null }),
  ).toBe(false);
});

test("every vector has length 1, or 0 where nothing is known", () => {
  for (const { vectors, rowCount } of [
    { vectors: catalogue.wordVectors.vectors, rowCount: catalogue.words.length },
    { vectors: catalogue.categoryVectors, rowCount: catalogue.categories.length },
  ]) {
    expect(vectors.length).toBe(rowCount * EMBEDDING_DIMENSIONS);
    for (let row = 0; row < rowCount; row++) {
      const vector = vectors.subarray(row * EMBEDDING_DIMENSIONS, (row + 1) * EMBEDDING_DIMENSIONS);
      const squares = cosine(vector, vector);
      expect(squares === 0 || Math.abs(squares - 1) < 1e-5).toBe(true);
    }
  }
});

test.each([
  ["cheap coffee near me", "brands/shop/coffee", "brands/shop/furniture"],
  ["garden furniture", "brands/shop/furniture", "brands/shop/coffee"],
  ["bank account", "brands/amenity/bank", "brands/shop/toys"],
  ["kids toys", "brands/shop/toys", "brands/amenity/bank"],
])("%s is nearer to %s than to %s", (query, near, far) => {
  const vector = embedText(catalogue, query);
  expect(cosine(vector, vectorOf(near))).toBeGreaterThan(cosine(vector, vectorOf(far)) + 0.1);
});

test("case, marks, order and punctuation of a text do not matter; unknown words give the zero vector", () => {
  expect(embedText(catalogue, "Café, BAR!")).toEqual(embedText(catalogue, ["cafe", "bar"]));
  expect(cosine(embedText(catalogue, "bar cafe"), embedText(catalogue, "cafe bar"))).toBeCloseTo(1, 5);
  expect(embedText(catalogue, "zzqqxx").every((component) => component === 0)).toBe(true);
});

test("interests are weighted by affinity", () => {
  const mixed = (cafe: number, bank: number) =>
    embedInterests(
      catalogue,
      [
        { interest: "brands/amenity/cafe", affinity: cafe },
        { interest: "brands/amenity/bank", affinity: bank },
      ],
      rows,
    );
  const towardsBank = (vector: Float32Array) => cosine(vector, vectorOf("brands/amenity/bank"));
  expect(towardsBank(mixed(0.9, 0.1))).toBeLessThan(towardsBank(mixed(0.1, 0.9)));
  expect(embedInterests(catalogue, [], rows).every((component) => component === 0)).toBe(true);
});

test("a bank's neighbours deal in money, and no category is its own neighbour", () => {
  const nearest = nearestCategories(catalogue, 3);
  for (const [row, others] of nearest.entries()) expect(others).not.toContain(row);
  const names = (nearest[rows.get("brands/amenity/bank") ?? -1] ?? []).map((row) => catalogue.categories[row]?.name);
  expect(names.some((name) => /financ|mortgage|atm|bank/.test(name ?? ""))).toBe(true);
});

test("gambling and alcohol are restricted, cafes are not", () => {
  expect(
    ["brands/leisure/adult_gaming_centre", "brands/shop/alcohol", "brands/amenity/casino"].filter(isRestrictedCategory),
  ).toHaveLength(3);
  expect(isRestrictedCategory("brands/amenity/cafe")).toBe(false);
  expect(catalogue.categories.filter(({ path }) => isRestrictedCategory(path)).length).toBe(13);
});
