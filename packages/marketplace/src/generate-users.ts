/** Users of the marketplace. Cities are real; people are made up. */
import {
  AGE_BRACKETS,
  clickCount,
  GENDERS,
  type InterestAffinity,
  impressionCount,
  languageCode,
  type UserProfile,
  userId,
} from "@tenon/ads-model";
import type { Catalogue } from "./catalogue.ts";
import { nearestCategoriesOf } from "./category-traits.ts";
import { cityWeights } from "./city-weights.ts";
import { cumulativeWeights, type Random, randomStream } from "./random.ts";

/** Shares of users who did not say. */
const AGE_UNKNOWN = 0.08;
const GENDER_UNKNOWN = 0.12;
/** Rough age pyramid of an online service, by bracket. */
const AGE_WEIGHTS = cumulativeWeights([18, 26, 20, 15, 12, 9]);
/** A tenth of users read in English although their country's language is another. */
const ENGLISH_SHARE = 0.1;
/** Users have one to three themes, each a category with neighbours in vector space: interests are correlated, as real ones are. */
const THEMES_MAX = 3;
const NEIGHBOURS_PER_THEME_MAX = 4;
/** Ads seen in 30 days: log-normal, median e^3.5 = 33. */
const IMPRESSIONS_LOG_MEDIAN = 3.5;
const IMPRESSIONS_MAX = 2_000;
const CLICK_RATE = 0.012;

/** Users by row, as an array has them; not all of them need exist. */
export interface Users {
  readonly length: number;
  at(row: number): UserProfile | undefined;
}

interface UsersOptions {
  /** 32-bit integer. */
  readonly seed: number;
  readonly count: number;
}

/** `count` users in the order of their rows; user n is the same whatever the count. */
export function generateUsers(catalogue: Catalogue, options: UsersOptions): UserProfile[] {
  const userAt = userGenerator(catalogue, options.seed);
  return Array.from({ length: options.count }, (_, row) => userAt(row));
}

/** The users of {@link generateUsers}, each made when it is first asked for and kept: a host meets few of them early. */
export function openUsers(
  catalogue: Catalogue,
  { seed, count }: UsersOptions,
): Users & { byId(id: string): UserProfile | undefined } {
  const made = new Map<number, UserProfile>();
  let userAt: ((row: number) => UserProfile) | undefined;
  const at = (row: number): UserProfile | undefined => {
    if (!Number.isInteger(row) || row < 0 || row >= count) return undefined;
    const known = made.get(row);
    if (known !== undefined) return known;
    userAt ??= userGenerator(catalogue, seed);
    const user = userAt(row);
    made.set(row, user);
    return user;
  };
  return {
    length: count,
    at,
    byId: (id) => (USER_ID.test(id) ? at(Number(id.slice(1)) - 1) : undefined),
  };
}

/** Ids are rows counted from 1, without leading zeros: no user has two ids. */
const USER_ID = /^u[1-9][0-9]{0,9}$/;

function userGenerator(catalogue: Catalogue, seed: number): (row: number) => UserProfile {
  const cities = cityWeights(catalogue);
  const interests = interestGenerator(catalogue);
  return (row) => {
    const random = randomStream(seed, "user", row);
    const city = catalogue.cities[random.index(cities)];
    if (city === undefined) throw new RangeError("the catalogue has no cities; rebuild it as data/README.md says");
    const seen = Math.min(IMPRESSIONS_MAX, Math.round(Math.exp(IMPRESSIONS_LOG_MEDIAN + random.normal())));
    const clicked = Math.min(seen, Math.round(seen * CLICK_RATE * Math.exp(0.7 * random.normal())));
    return {
      userId: userId(`u${row + 1}`),
      ageBracket: random.chance(AGE_UNKNOWN) ? null : (AGE_BRACKETS[random.index(AGE_WEIGHTS)] ?? null),
      gender: random.chance(GENDER_UNKNOWN) ? null : (GENDERS[random.index(GENDER_WEIGHTS)] ?? null),
      country: city.country,
      region: city.region,
      city: city.name,
      language: random.chance(ENGLISH_SHARE)
        ? languageCode("en")
        : (catalogue.languageOf.get(city.country) ?? languageCode("en")),
      interests: interests(random),
      adImpressions30Days: impressionCount(seen),
      adClicks30Days: clickCount(clicked),
    };
  };
}

const GENDER_WEIGHTS = cumulativeWeights([49, 49, 2]);

/** Draws interests: themes by the square root of their number of brands, so that bus operators do not crowd out cafes. */
function interestGenerator(catalogue: Catalogue): (random: Random) => InterestAffinity[] {
  const nearestOf = nearestCategoriesOf(catalogue, NEIGHBOURS_PER_THEME_MAX);
  const brandsIn = new Float64Array(catalogue.categories.length);
  for (const { category } of catalogue.brands) brandsIn[category] = (brandsIn[category] ?? 0) + 1;
  const weights = cumulativeWeights(
    catalogue.categories.map(({ path }, row) => (path.startsWith("brands/") ? Math.sqrt(brandsIn[row] ?? 0) : 0)),
  );

  return (random) => {
    const affinities = new Map<number, number>();
    const themes = 1 + random.below(THEMES_MAX);
    for (let theme = 0; theme < themes; theme++) {
      const row = random.index(weights);
      const strength = 0.5 + 0.5 * random.unit();
      const neighbours = nearestOf(row).slice(0, random.below(NEIGHBOURS_PER_THEME_MAX + 1));
      for (const [rank, category] of [row, ...neighbours].entries()) {
        const affinity = Math.round((100 * strength * (0.7 + 0.3 * random.unit())) / (1 + 0.4 * rank)) / 100;
        affinities.set(category, Math.max(affinity, affinities.get(category) ?? 0));
      }
    }
    return [...affinities]
      .map(([row, affinity]) => ({ interest: catalogue.categories[row]?.path ?? "", affinity }))
      .sort((left, right) => right.affinity - left.affinity || (left.interest < right.interest ? -1 : 1));
  };
}
