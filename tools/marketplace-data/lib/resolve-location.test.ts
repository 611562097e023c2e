import { expect, test } from "vitest";
import { regionOfCity } from "./regions.ts";
import { locationResolver } from "./resolve-location.ts";
import type { CoderFeature, CountryCoder } from "./sources.ts";

/** A world of five countries, one group and one part, in country-coder's shape. */
const features: Readonly<Record<string, CoderFeature["properties"]>> = {
  de: { iso1A2: "DE" },
  fr: { iso1A2: "FR" },
  us: { iso1A2: "US" },
  pt: { iso1A2: "PT" },
  jp: { iso1A2: "JP" },
  fx: { iso1A2: "FX", country: "FR" },
  "pt-20": { country: "PT" },
  "150": {},
};
const coder: CountryCoder = {
  feature: (id) => (features[id] === undefined ? null : { properties: features[id] }),
  featuresIn: (id) => (id === "150" ? ["DE", "FR", "EU"].map((iso1A2) => ({ properties: { iso1A2 } })) : []),
  iso1A2Code: ([longitude]) => (longitude > 0 && longitude < 20 ? "DE" : "XX"),
};
const square = [
  [
    [10, 50],
    [12, 50],
    [12, 52],
    [10, 52],
  ],
];

function resolve(include: readonly (string | readonly number[])[], exclude: readonly string[] = []) {
  const resolver = locationResolver({
    coder,
    areas: new Map([["konsum.geojson", { id: "konsum.geojson", geometry: { coordinates: square } }]]),
    knownCountries: new Set(["DE", "FR", "US", "PT", "JP"]),
    knownRegions: new Set(["US-CA", "US-NY", "DE-BE"]),
  });
  const { everywhere, countries, regions, excludedCountries, excludedRegions } = resolver.resolve({ include, exclude });
  return [
    everywhere ? "world" : "",
    ...countries,
    ...regions,
    ...[...excludedCountries, ...excludedRegions].map((code) => `-${code}`),
  ]
    .filter(Boolean)
    .join(" ");
}

test.each([
  ["a country", ["de"], [], "DE"],
  ["a group without its members that are no countries", ["150"], [], "DE FR"],
  ["a code of its own that ISO lacks", ["fx"], [], "FR"],
  ["a known part, as a region", ["us-ca.geojson"], [], "US-CA"],
  ["a city, widened to its region", ["us-ny-new_york_city.geojson"], [], "US-NY"],
  ["a part that users cannot have, widened to its country", ["jp-kanto.geojson", "jp-13.geojson"], [], "JP"],
  ["a part known to the coder only", ["pt-20"], [], "PT"],
  ["an area by its middle", ["konsum.geojson"], [], "DE"],
  ["a point", [[10, 50, 20]], [], "DE"],
  ["a disputed place by ISO 3166-2", ["crimea"], [], "UA"],
  ["a region beside its country says nothing new", ["us", "us-ca.geojson"], [], "US"],
  ["an excluded country leaves the list", ["150"], ["fr"], "DE"],
  ["an excluded country of the world", ["001"], ["us"], "world -US"],
  ["an excluded region", ["us"], ["us-ca.geojson"], "US -US-CA"],
  ["an excluded region elsewhere says nothing", ["de"], ["us-ca.geojson"], "DE"],
  ["an excluded city must not exclude its region", ["us"], ["us-ny-new_york_city.geojson"], "US"],
  ["an excluded part must not exclude its country", ["jp"], ["jp-13.geojson"], "JP"],
  ["a point in no country of the list is nowhere", [[-30, 0, 20]], [], ""],
])("%s", (_, include, exclude, expected) => {
  expect(resolve(include, exclude)).toBe(expected);
});

test("regions of cities are ISO parts where they can be mapped, and null elsewhere", () => {
  expect(regionOfCity("US", "CA")).toBe("US-CA");
  expect(regionOfCity("DE", "16")).toBe("DE-BE");
  expect(regionOfCity("GB", "SCT")).toBe("GB-SCT");
  expect(regionOfCity("JP", "40")).toBeNull();
  expect(regionOfCity("GB", "H9")).toBeNull();
});
