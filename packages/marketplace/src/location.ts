import type { CountryCode, RegionCode } from "@tenon/ads-model";
import type { LocationRule } from "./catalogue-tables.ts";

/** Whether a brand with this rule is present at the place. A null region is an unknown one: only the country decides. */
export function isPresent(rule: LocationRule, place: { country: CountryCode; region: RegionCode | null }): boolean {
  const { country, region } = place;
  if (rule.excludedCountries.includes(country)) return false;
  if (region !== null && rule.excludedRegions.includes(region)) return false;
  return rule.everywhere || rule.countries.includes(country) || (region !== null && rule.regions.includes(region));
}
