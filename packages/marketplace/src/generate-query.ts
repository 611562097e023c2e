import type { CountryCode, RegionCode } from "@tenon/ads-model";
import type { Catalogue } from "./catalogue.ts";
import { isPresent } from "./location.ts";
import type { Random } from "./random.ts";
import { wordsOf } from "./words.ts";

/** What people put around the thing they look for. */
const MODIFIERS = ["near me", "cheap", "best", "open now", "delivery", "new", "online", "reviews"] as const;
/** Shares of queries: for a brand, for a category, and else for a category with a word from one of its brands' descriptions. */
const BRAND_SHARE = 0.35;
const CATEGORY_SHARE = 0.45;
const MODIFIER_SHARE = 0.4;
/** Draws for a brand that is present where the user is; a query for none of them is turned into one for a category. */
const BRAND_DRAWS_MAX = 20;
const QUERY_CHARACTERS_MAX = 200;

/** A search query of real words: `starbucks near me`, `electric charging station`. `interests` are rows of categories. */
export function generateQuery(
  catalogue: Catalogue,
  user: { country: CountryCode; region: RegionCode | null; interests: readonly number[] },
  random: Random,
): string {
  const kind = random.unit();
  const wanted = kind < BRAND_SHARE ? presentBrand(catalogue, user, random)?.name : undefined;
  const words =
    wanted !== undefined
      ? wordsOf(wanted)
      : categoryWords(catalogue, user.interests, kind >= BRAND_SHARE + CATEGORY_SHARE, random);
  const modifier = random.chance(MODIFIER_SHARE) ? [random.pick(MODIFIERS)] : [];
  return [...words, ...modifier].join(" ").slice(0, QUERY_CHARACTERS_MAX) || "cafe";
}

function presentBrand(
  { brands }: Catalogue,
  user: { country: CountryCode; region: RegionCode | null },
  random: Random,
) {
  for (let draw = 0; draw < BRAND_DRAWS_MAX; draw++) {
    const brand = brands[random.below(brands.length)];
    if (brand !== undefined && isPresent(brand.location, user)) return brand;
  }
  return undefined;
}

function categoryWords(
  catalogue: Catalogue,
  interests: readonly number[],
  described: boolean,
  random: Random,
): string[] {
  const { categories, brands, organisations } = catalogue;
  const row =
    interests.length > 0 && random.chance(0.7)
      ? interests[random.below(interests.length)]
      : random.below(categories.length);
  const words = wordsOf(categories[row ?? 0]?.name ?? "");
  if (!described) return words;
  const brand = brands[random.below(brands.length)];
  const description = wordsOf(organisations[brand?.organisation ?? 0]?.description ?? "").filter(
    (word) => word.length > 3,
  );
  return description.length === 0 ? words : [description[random.below(description.length)] ?? "", ...words];
}
