import type { Catalogue, CatalogueBrand } from "./catalogue.ts";
import { adsPerBrand } from "./generate-brand-ads.ts";
import { randomStream } from "./random.ts";
import { rowOf } from "./row-of.ts";

/**
 * Rows of the brands that advertise, ascending, each with its number of ads. A sample in which a brand's chance grows with the
 * square of its popularity, by Efraimidis and Spirakis (2006): the key of a brand depends on nothing but the brand, which makes
 * smaller samples parts of larger ones.
 */
export function chooseBrands(catalogue: Catalogue, seed: number, adsMax: number): [row: number, ads: number][] {
  const popularities = catalogue.brands.map(
    ({ organisation }) => rowOf(catalogue.organisations, organisation).popularity,
  );
  const keys = Float64Array.from(
    popularities,
    (popularity, row) => Math.log(1 - randomStream(seed, "brand", row).unit()) / (0.01 + popularity * popularity),
  );
  const byKey = popularities
    .map((_, row) => row)
    .sort((left, right) => (keys[right] ?? 0) - (keys[left] ?? 0) || left - right);
  const chosen: [number, number][] = [];
  let room = adsMax;
  for (const row of byKey) {
    if (room === 0) break;
    const ads = Math.min(room, adsPerBrand(popularities[row] ?? 0));
    chosen.push([row, ads]);
    room -= ads;
  }
  return chosen.sort(([left], [right]) => left - right);
}

/** The brand an organisation is named after, whichever of its brands advertise. */
export function firstBrandOfOrganisation({ brands, organisations }: Catalogue): CatalogueBrand[] {
  const first: CatalogueBrand[] = new Array(organisations.length);
  for (const brand of brands) first[brand.organisation] ??= brand;
  return first;
}
