/**
 * Targeting: a boolean expression over user and request attributes in disjunctive normal form.
 * An expression matches if one of its conjunctions does; a conjunction matches if all its predicates do.
 *
 * T1 No conjunction matches nobody; a conjunction without predicates matches everybody.
 * T2 A user has zero or more values per attribute. `in` holds if one of them is listed, `notIn` if none is.
 * T3 A missing attribute (no value known) never satisfies `in`. Whether it satisfies `notIn` is the expression's own choice:
 *    "weak" says yes (nothing excluded was seen: reach), "strong" says no (exclusion must be proven: safety).
 *    Source: Whang et al., Indexing Boolean Expressions, VLDB 2009, for the form and for the two readings of notIn.
 * T4 A conjunction names an attribute at most once per operator, so matching may count attributes instead of predicates.
 */
import { z } from "zod";
import { AgeBracketSchema, GenderSchema } from "./audience.ts";
import { CountryCodeSchema, RegionCodeSchema } from "./country.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { DeviceSchema } from "./device.ts";
import { LanguageCodeSchema } from "./language.ts";
import { SurfaceSchema } from "./surface.ts";
import { HourOfDaySchema } from "./time-of-day.ts";

/** Path of an interest or category: lower-case segments joined by `/`, e.g. `brands/amenity/cafe`. */
export const InterestSchema = z.string().min(1).max(120);
/** One lower-case word of a search query or page. */
export const KeywordSchema = z.string().min(1).max(40);

/** Every attribute that can be targeted, with the type of its values. */
export const TARGETING_VALUE_SCHEMAS = {
  country: CountryCodeSchema,
  region: RegionCodeSchema,
  ageBracket: AgeBracketSchema,
  device: DeviceSchema,
  gender: GenderSchema,
  interest: InterestSchema,
  keyword: KeywordSchema,
  surface: SurfaceSchema,
  hourOfDay: HourOfDaySchema,
  language: LanguageCodeSchema,
} as const;
export type TargetingAttribute = keyof typeof TARGETING_VALUE_SCHEMAS;
export type TargetingValue<Attribute extends TargetingAttribute> = z.infer<(typeof TARGETING_VALUE_SCHEMAS)[Attribute]>;
export const TARGETING_ATTRIBUTES = Object.keys(TARGETING_VALUE_SCHEMAS) as readonly TargetingAttribute[];

/** Bounds of one expression: an ad must not be able to fill the index by itself. */
export const TARGETING_CONJUNCTIONS_MAX = 16;
export const TARGETING_VALUES_MAX = 512;

function predicateSchema<Attribute extends TargetingAttribute>(attribute: Attribute) {
  return z.strictObject({
    attribute: z.literal(attribute),
    operator: z.enum(["in", "notIn"]),
    values: z
      .array(TARGETING_VALUE_SCHEMAS[attribute])
      .min(1)
      .max(TARGETING_VALUES_MAX)
      .refine((values) => new Set<unknown>(values).size === values.length, "each value is listed once"),
  });
}

export const TargetingPredicateSchema = z.discriminatedUnion("attribute", [
  predicateSchema("country"),
  predicateSchema("region"),
  predicateSchema("ageBracket"),
  predicateSchema("device"),
  predicateSchema("gender"),
  predicateSchema("interest"),
  predicateSchema("keyword"),
  predicateSchema("surface"),
  predicateSchema("hourOfDay"),
  predicateSchema("language"),
]);
/** `attribute operator values`, e.g. country in [DE, AT]. */
export type TargetingPredicate = DeepReadonly<z.infer<typeof TargetingPredicateSchema>>;

export const TargetingConjunctionSchema = z
  .array(TargetingPredicateSchema)
  .max(2 * TARGETING_ATTRIBUTES.length)
  .refine(
    (predicates) =>
      new Set(predicates.map(({ attribute, operator }) => `${attribute} ${operator}`)).size === predicates.length,
    "a conjunction names an attribute once per operator; merge the value lists",
  );
/** All predicates must hold. */
export type TargetingConjunction = DeepReadonly<z.infer<typeof TargetingConjunctionSchema>>;

export const TargetingExpressionSchema = z.strictObject({
  /** What a missing attribute means to `notIn` (T3). */
  whenMissing: z.enum(["weak", "strong"]),
  conjunctions: z.array(TargetingConjunctionSchema).max(TARGETING_CONJUNCTIONS_MAX),
});
export type TargetingExpression = DeepReadonly<z.infer<typeof TargetingExpressionSchema>>;

/** Known values per attribute of one user in one request. Absent or empty: the attribute is missing. */
export type TargetingAssignment = {
  readonly [Attribute in TargetingAttribute]?: readonly TargetingValue<Attribute>[] | undefined;
};

/** Matches everybody, everywhere. */
export const TARGET_EVERYBODY: TargetingExpression = { whenMissing: "weak", conjunctions: [[]] };
