/**
 * Targeting of a generated ad group. Real: countries and regions, from the catalogue. Near the real: interests, the brand's own
 * category and its neighbours. Seeded: everything about age, gender, device, hour, surface and language.
 */
import {
  AGE_BRACKETS,
  type CountryCode,
  countryCode,
  DEVICES,
  GENDERS,
  hourOfDay,
  regionCode,
  SURFACES,
  type TargetingConjunction,
  type TargetingExpression,
  type TargetingPredicate,
} from "@tenon/ads-model";
import type { Catalogue, CatalogueBrand } from "./catalogue.ts";
import type { LocationRule } from "./catalogue-tables.ts";
import { isRestrictedCategory } from "./category-traits.ts";
import type { Random } from "./random.ts";

/** Share of ad groups that use an attribute; most real groups restrict one or two things besides the place. */
const SHARES = {
  keyword: 0.05,
  interest: 0.25,
  interestNotIn: 0.04,
  age: 0.25,
  device: 0.12,
  hour: 0.12,
  surface: 0.08,
  gender: 0.04,
  language: 0.06,
};
const KEYWORDS_MAX = 6;
/** Shortest and longest run of hours, so that a group is never on for a single hour. */
const HOURS_MIN = 6;
const HOURS_MAX = 14;
/** Brackets from 25 on: the restricted categories' lower bound, above every country's drinking age. */
const RESTRICTED_AGES = AGE_BRACKETS.slice(1);

/** What targeting needs of the catalogue, computed once for all brands. */
export interface TargetingSource {
  readonly catalogue: Catalogue;
  readonly nearestCategories: readonly (readonly number[])[];
  /** Conjunctions of places by rule: a few thousand rules serve all brands, and are shared between documents. */
  readonly placesOf: (rule: LocationRule) => readonly TargetingConjunction[];
}

/** The targeting of one ad group of `brand`; `keywords` are its ads', most telling first. */
export function generateTargeting(
  source: TargetingSource,
  brand: CatalogueBrand,
  keywords: readonly string[],
  random: Random,
): TargetingExpression {
  const category = source.catalogue.categories[brand.category]?.path ?? "";
  const restricted = isRestrictedCategory(category);
  const audience = audiencePredicates(source, brand, { category, keywords, restricted }, random);
  return {
    // Where policy demands an age, an unknown one must not pass; elsewhere reach counts more.
    whenMissing: restricted ? "strong" : "weak",
    conjunctions: source.placesOf(brand.location).map((places) => [...places, ...audience]),
  };
}

function audiencePredicates(
  { catalogue, nearestCategories }: TargetingSource,
  brand: CatalogueBrand,
  { category, keywords, restricted }: { category: string; keywords: readonly string[]; restricted: boolean },
  random: Random,
): TargetingPredicate[] {
  const predicates: TargetingPredicate[] = [];
  const pathOf = (row: number) => catalogue.categories[row]?.path ?? category;

  if (random.chance(SHARES.interest)) {
    const near = (nearestCategories[brand.category] ?? []).slice(0, 2 + random.below(5));
    predicates.push({ attribute: "interest", operator: "in", values: [category, ...near.map(pathOf)] });
  } else if (random.chance(SHARES.interestNotIn)) {
    predicates.push({
      attribute: "interest",
      operator: "notIn",
      values: [pathOf(random.below(catalogue.categories.length))],
    });
  }
  if (restricted) predicates.push({ attribute: "ageBracket", operator: "in", values: RESTRICTED_AGES });
  else if (random.chance(SHARES.age))
    predicates.push({
      attribute: "ageBracket",
      operator: "in",
      values: run(AGE_BRACKETS, 2 + random.below(3), random),
    });
  if (random.chance(SHARES.device))
    predicates.push({ attribute: "device", operator: "in", values: run(DEVICES, 1 + random.below(2), random) });
  if (random.chance(SHARES.gender))
    predicates.push({ attribute: "gender", operator: "in", values: [random.pick(GENDERS)] });
  if (random.chance(SHARES.hour)) predicates.push({ attribute: "hourOfDay", operator: "in", values: hours(random) });
  if (random.chance(SHARES.language)) predicates.push(...languagePredicate(catalogue, brand.location));
  if (keywords.length > 0 && random.chance(SHARES.keyword)) {
    predicates.push({ attribute: "keyword", operator: "in", values: keywords.slice(0, KEYWORDS_MAX) });
  } else if (random.chance(SHARES.surface)) {
    predicates.push({ attribute: "surface", operator: "in", values: run(SURFACES, 1 + random.below(2), random) });
  }
  return predicates;
}

/** The languages of the brand's countries, if they are few; a world-wide brand speaks them all. */
function languagePredicate({ languageOf }: Catalogue, { everywhere, countries }: LocationRule): TargetingPredicate[] {
  const languages = countries.flatMap((code) => languageOf.get(countryCode(code)) ?? []);
  return everywhere || languages.length === 0
    ? []
    : [{ attribute: "language", operator: "in", values: [...new Set(languages)] }];
}

/** `length` neighbouring values, from a random start. */
function run<Value>(values: readonly Value[], length: number, random: Random): Value[] {
  const start = random.below(values.length - length + 1);
  return values.slice(start, start + length);
}

/** A run of hours, over midnight if it comes to that. */
function hours(random: Random) {
  const start = random.below(24);
  const length = HOURS_MIN + random.below(HOURS_MAX - HOURS_MIN + 1);
  return Array.from({ length }, (_, index) => hourOfDay((start + index) % 24));
}

/**
 * A rule as conjunctions: one for countries (or everywhere), one for single regions. Regions are excluded with `notIn`, so that a
 * user of unknown region is still reached under the weak rule.
 */
export function placeConjunctions(): (rule: LocationRule) => readonly TargetingConjunction[] {
  const known = new Map<LocationRule, readonly TargetingConjunction[]>();
  return (rule) => {
    const conjunctions = known.get(rule) ?? conjunctionsOf(rule);
    known.set(rule, conjunctions);
    return conjunctions;
  };
}

function conjunctionsOf(rule: LocationRule): TargetingConjunction[] {
  const codes = (values: readonly string[]): CountryCode[] => values.map(countryCode);
  const wide: TargetingPredicate[] = [];
  if (!rule.everywhere) wide.push({ attribute: "country", operator: "in", values: codes(rule.countries) });
  if (rule.excludedCountries.length > 0)
    wide.push({ attribute: "country", operator: "notIn", values: codes(rule.excludedCountries) });
  if (rule.excludedRegions.length > 0)
    wide.push({ attribute: "region", operator: "notIn", values: rule.excludedRegions.map(regionCode) });
  const narrow: TargetingPredicate = { attribute: "region", operator: "in", values: rule.regions.map(regionCode) };
  const conjunctions: TargetingConjunction[] = [];
  if (rule.everywhere || rule.countries.length > 0) conjunctions.push(wide);
  if (rule.regions.length > 0) conjunctions.push([narrow]);
  return conjunctions;
}
