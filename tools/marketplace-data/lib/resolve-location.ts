/**
 * Location sets of the name-suggestion-index → ISO codes.
 *
 * L1 A country or a group of countries (`de`, `150` Europe, `001` the world) resolves through country-coder.
 * L2 A part of a country (`us-ca.geojson`, `gb-sct`) becomes its ISO 3166-2 region if users have that region, else its country.
 * L3 A smaller area (`us-ny-new_york_city.geojson`) is widened to the region or country that contains it.
 * L4 An area named after nothing (`aldi-sued.geojson`) and a point become the country at their centre.
 * L5 Widening is for includes only: excluding a city must not exclude its country, so such an exclude is ignored.
 */
import type { LocationRule } from "../../../packages/marketplace/src/catalogue-tables.ts";
import type { CountryCoder, readAreas, SourceItem, SourceLocation } from "./sources.ts";

type Areas = ReturnType<typeof readAreas>;

/** A place in ISO terms; `exact` is false when it was widened. */
interface Place {
  readonly countries: readonly string[];
  readonly region: string | null;
  readonly everywhere: boolean;
  readonly exact: boolean;
}

/** country-coder knows these as parts of no ISO country, or of a disputed one; ISO 3166-2 lists them under the one given. */
const countryOfDisputed: Readonly<Record<string, string>> = { "northern cyprus": "CY", q23681: "CY", crimea: "UA" };

const nowhere: Place = { countries: [], region: null, everywhere: false, exact: false };

function inCountries(countries: readonly string[], { exact }: { exact: boolean }): Place {
  return { countries, region: null, everywhere: false, exact };
}

const PART = /^([a-z]{2})-([a-z0-9]{1,3})(?:[-_].*)?$/;

export interface LocationResolver {
  resolve(set: SourceItem["locationSet"]): LocationRule;
  /** How many location ids fell under which rule of this file, for the build report. */
  readonly counts: Readonly<Record<"L1" | "L2" | "L3" | "L4" | "unresolved", number>>;
}

export function locationResolver(world: {
  coder: CountryCoder;
  areas: Areas;
  /** ISO 3166-1 codes that may appear in the catalogue. */
  knownCountries: ReadonlySet<string>;
  /** ISO 3166-2 codes that a user can have. */
  knownRegions: ReadonlySet<string>;
}): LocationResolver {
  const { coder, areas, knownCountries, knownRegions } = world;
  const counts = { L1: 0, L2: 0, L3: 0, L4: 0, unresolved: 0 };

  function placeOf(location: SourceLocation): Place {
    if (typeof location !== "string") return atPoint([location[0] ?? 0, location[1] ?? 0]);
    if (location === "001") return counted("L1", { countries: [], region: null, everywhere: true, exact: true });

    const name = location.replace(/\.geojson$/, "");
    const part = PART.exec(name);
    const region = part === null ? null : `${part[1]}-${part[2]}`.toUpperCase();
    if (part !== null && region !== null && (location !== name || knownRegions.has(region))) {
      const exact = part[0] === region.toLowerCase();
      if (knownRegions.has(region))
        return counted(exact ? "L2" : "L3", { countries: [], region, everywhere: false, exact });
      const country = coder.feature(part[1] ?? "")?.properties.iso1A2;
      if (country !== undefined) return counted("L3", inCountries([country], { exact: false }));
    }
    if (location !== name) return inArea(location);
    return byCoder(name);
  }

  function byCoder(id: string): Place {
    const disputed = countryOfDisputed[id];
    if (disputed !== undefined) return counted("L1", inCountries([disputed], { exact: false }));
    const feature = coder.feature(id);
    const own = feature?.properties.iso1A2;
    if (own !== undefined && knownCountries.has(own)) return counted("L1", inCountries([own], { exact: true }));
    const members = coder.featuresIn(id, true).flatMap(({ properties }) => properties.iso1A2 ?? []);
    const known = members.filter((code) => knownCountries.has(code));
    if (known.length > 0) return counted("L1", inCountries(known, { exact: true }));
    // What is left has a code of its own that ISO 3166-1 lacks (`fx`, Metropolitan France) or none (`conus`, Java).
    const country = feature?.properties.country;
    if (country !== undefined) return counted("L3", inCountries([country], { exact: id === "fx" }));
    return counted("unresolved", nowhere);
  }

  function inArea(id: string): Place {
    const coordinates = areas.get(id)?.geometry.coordinates.flat(Number.POSITIVE_INFINITY) as number[] | undefined;
    if (coordinates === undefined) return counted("unresolved", nowhere);
    return atPoint([
      middle(coordinates.filter((_, index) => index % 2 === 0)),
      middle(coordinates.filter((_, index) => index % 2 === 1)),
    ]);
  }

  function atPoint(point: readonly [number, number]): Place {
    const country = coder.iso1A2Code(point);
    if (country === null || !knownCountries.has(country)) return counted("unresolved", nowhere);
    return counted("L4", inCountries([country], { exact: false }));
  }

  function counted(rule: keyof typeof counts, place: Place): Place {
    counts[rule]++;
    return place;
  }

  return {
    counts,
    resolve: ({ include = ["001"], exclude = [] }) => ruleOf(include.map(placeOf), exclude.map(placeOf)),
  };
}

function ruleOf(included: readonly Place[], excluded: readonly Place[]): LocationRule {
  const everywhere = included.some((place) => place.everywhere);
  const exact = excluded.filter((place) => place.exact);
  const countriesOut = sorted(exact.flatMap(({ countries }) => countries));
  const countries = everywhere
    ? []
    : sorted(included.flatMap((place) => place.countries)).filter((code) => !countriesOut.includes(code));
  const covered = (region: string) => everywhere || countries.includes(region.slice(0, 2));
  return {
    everywhere,
    countries,
    regions: sorted(included.flatMap(({ region }) => (region === null || covered(region) ? [] : [region]))),
    excludedCountries: everywhere ? countriesOut : [],
    excludedRegions: sorted(exact.flatMap(({ region }) => (region !== null && covered(region) ? [region] : []))),
  };
}

function sorted(codes: readonly string[]): string[] {
  return [...new Set(codes)].sort();
}

function middle(values: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return (least + most) / 2;
}
