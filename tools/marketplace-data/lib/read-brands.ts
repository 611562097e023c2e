/** Brands, organisations, categories and locations of the catalogue, from the name-suggestion-index. */
import type { CatalogueTables, LocationRule } from "../../../packages/marketplace/src/catalogue-tables.ts";
import { wordsOf } from "../../../packages/marketplace/src/words.ts";
import { categoryName } from "./category-name.ts";
import { popularityOf } from "./popularity.ts";
import type { LocationResolver } from "./resolve-location.ts";
import type { SourceFacts, SourceItem } from "./sources.ts";

type BrandTables = Pick<CatalogueTables, "brands" | "organisations" | "categories" | "locations">;

/** Flags of countries and armies are in the index too; they are no advertisers. */
const TREES_LEFT_OUT: ReadonlySet<string> = new Set(["flags"]);
/** Tags whose values describe what is sold, by word. */
const DESCRIBING_TAGS = [
  "cuisine",
  "clothes",
  "sport",
  "trade",
  "product",
  "diet:vegan",
  "healthcare:speciality",
  "beauty",
];
/** Beyond this a brand's alternative names repeat one another. */
const EXTRA_WORDS_MAX = 24;
/** Characters of a description: two lines of an ad. */
const DESCRIPTION_CHARACTERS_MAX = 120;

export function readBrands(source: {
  items: ReadonlyMap<string, readonly SourceItem[]>;
  facts: Readonly<Record<string, SourceFacts>>;
  locations: LocationResolver;
  countriesInWorld: number;
}): BrandTables {
  const categories = { path: [] as string[], name: [] as string[] };
  const brands = {
    key: [] as string[],
    name: [] as string[],
    organisation: [] as number[],
    category: [] as number[],
    location: [] as number[],
    extraWords: [] as string[],
  };
  const locations = interner<LocationRule>(JSON.stringify);
  const organisations = interner<string>((id) => id);
  const evidence: { entries: number; countries: number; nameLanguages: number }[] = [];

  for (const path of [...source.items.keys()].sort()) {
    if (TREES_LEFT_OUT.has(path.split("/")[0] ?? "")) continue;
    const category = categories.path.push(path) - 1;
    categories.name.push(categoryName(path));
    for (const item of [...(source.items.get(path) ?? [])].sort(byId)) {
      const location = source.locations.resolve(item.locationSet);
      if (isNowhere(location)) continue;
      const organisation = organisations.row(organisationOf(item));
      const known = evidence[organisation] ?? { entries: 0, countries: 0, nameLanguages: 0 };
      evidence[organisation] = known;
      known.entries++;
      known.countries = Math.max(
        known.countries,
        location.everywhere ? source.countriesInWorld : location.countries.length,
      );
      known.nameLanguages = Math.max(
        known.nameLanguages,
        Object.keys(item.tags).filter((tag) => tag.startsWith("name:")).length,
      );

      brands.key.push(item.id);
      brands.name.push(item.displayName);
      brands.organisation.push(organisation);
      brands.category.push(category);
      brands.location.push(locations.row(location));
      brands.extraWords.push(extraWordsOf(item, path));
    }
  }

  const ids = organisations.values;
  return {
    categories,
    brands,
    locations: locations.values,
    organisations: {
      wikidataId: ids.map((id) => (/^Q\d+$/.test(id) ? id : null)),
      description: ids.map((id) => (source.facts[id]?.description ?? "").slice(0, DESCRIPTION_CHARACTERS_MAX)),
      popularity: ids.map((id, row) =>
        popularityOf({ ...(evidence[row] ?? { entries: 0, countries: 0, nameLanguages: 0 }), facts: source.facts[id] }),
      ),
    },
  };
}

/** Items of one organisation share its Wikidata id; an item without one is an organisation by itself. */
function organisationOf({ tags, id }: SourceItem): string {
  return tags["brand:wikidata"] ?? tags["operator:wikidata"] ?? tags["network:wikidata"] ?? id;
}

function extraWordsOf(item: SourceItem, path: string): string {
  const own = new Set([...wordsOf(item.displayName), ...wordsOf(categoryName(path))]);
  const texts = [
    ...["name:en", "brand:en", "operator:en", "network:en", "short_name"].map((tag) => item.tags[tag] ?? ""),
    ...DESCRIBING_TAGS.map((tag) => item.tags[tag] ?? ""),
    ...(item.matchNames ?? []),
  ];
  const words = new Set(texts.flatMap(wordsOf).filter((word) => !own.has(word)));
  return [...words].slice(0, EXTRA_WORDS_MAX).join(" ");
}

function isNowhere({ everywhere, countries, regions }: LocationRule): boolean {
  return !everywhere && countries.length === 0 && regions.length === 0;
}

function byId(left: SourceItem, right: SourceItem): number {
  return left.id < right.id ? -1 : 1;
}

/** Gives equal values one row, in order of first appearance. */
function interner<Value>(keyOf: (value: Value) => string) {
  const rows = new Map<string, number>();
  const values: Value[] = [];
  return {
    values,
    row(value: Value): number {
      const key = keyOf(value);
      const known = rows.get(key);
      if (known !== undefined) return known;
      rows.set(key, values.length);
      return values.push(value) - 1;
    },
  };
}
