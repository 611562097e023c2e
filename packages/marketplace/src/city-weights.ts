import type { Catalogue } from "./catalogue.ts";
import { cumulativeWeights } from "./random.ts";

/**
 * Running weights of the cities for drawing where users live: people × share of the catalogue's brands in the country. By people
 * alone most users would live where the catalogue knows few brands, and see few ads.
 */
export function cityWeights({ brands, cities }: Catalogue): Float64Array {
  const brandsIn = new Map<string, number>();
  for (const { location } of brands) {
    for (const country of location.countries)
      brandsIn.set(country, (brandsIn.get(country) ?? 0) + 1 / location.countries.length);
  }
  return cumulativeWeights(cities.map(({ country, population }) => population * (brandsIn.get(country) ?? 0)));
}
