/**
 * What the platform knows of an ad beside what its advertiser wrote. A signal that nobody has measured is null, never a guess.
 */
import { z } from "zod";
import { CountryCodeSchema } from "./country.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { LanguageCodeSchema } from "./language.ts";
import { MicrosSchema } from "./money.ts";
import { TimestampMsSchema } from "./schedule.ts";
import { InterestSchema, KeywordSchema } from "./targeting.ts";

const count = z.int().min(0);
/** A rate or a share, 0 to 1. */
const share = z.number().min(0).max(1);

/** What the advertiser's account says of it. */
export const AdvertiserFactsSchema = z.strictObject({
  /** Class of service, e.g. `self-serve`. */
  tier: z.string().min(1).max(40),
  country: CountryCodeSchema.nullable(),
  registeredAtMs: TimestampMsSchema,
});

/** What the bid and the budget allow at most. */
export const OfferLimitsSchema = z.strictObject({
  /** No bid counts for more: a day's whole budget, or the campaign's; null while the ad group has no terms. */
  bidCeilingMicros: MicrosSchema.nullable(),
  /** The most one day may spend; null without a daily cap. */
  spendDailyMaxMicros: MicrosSchema.nullable(),
});

/** The target expression in figures. */
export const ReachSchema = z.strictObject({
  /** Countries that some conjunction asks for, ascending; of conjunctions by region the region's country. */
  countries: z.array(CountryCodeSchema),
  /** Countries that every conjunction excludes, ascending. */
  countriesExcluded: z.array(CountryCodeSchema),
  /** Some conjunction asks for no place. */
  isWorldwide: z.boolean(),
  conjunctions: count,
  predicates: count,
  /** Listed values, over all predicates. */
  values: count,
});

/** What can be read off title, body and address. */
export const CreativeTextSchema = z.strictObject({
  landingDomain: z.string().min(1).max(253),
  titleCharacters: count,
  titleWords: count,
  bodyCharacters: count,
  bodyWords: count,
  hasPrice: z.boolean(),
  hasDiscount: z.boolean(),
});

export const ImageSignalsSchema = z.strictObject({
  url: z.string().min(1).max(2_000),
  /** Pixels. */
  width: z.int().min(1),
  height: z.int().min(1),
  aspectRatio: z.number().min(0),
  /** Perceptual hash: near duplicates have near signatures. */
  signature: z.string().min(1).max(64),
  /** Share of the area that is text. */
  textShare: share,
  /** `#rrggbb`. */
  dominantColor: z.string().regex(/^#[0-9a-f]{6}$/, "expected a colour like #00ff7f"),
});

/** What a reader of the creative found it to be about. */
export const AnnotationSignalsSchema = z.strictObject({
  /** Most telling first, without the advertiser's own keywords. */
  terms: z.array(KeywordSchema).max(64),
  language: LanguageCodeSchema,
  confidence: share,
});

export const InterestSignalsSchema = z.strictObject({
  /** Strongest first. */
  interests: z.array(z.strictObject({ interest: InterestSchema, affinity: share })).max(64),
  topInterest: InterestSchema.nullable(),
});

/** Rates are smoothed: an ad that few people saw is near the market's own rate. */
export const PerformanceSignalsSchema = z.strictObject({
  impressions7d: count,
  clicks7d: count,
  clickRate7d: share,
  impressions30d: count,
  clicks30d: count,
  conversions30d: count,
  clickRate30d: share,
  conversionRate30d: share,
  hideRate30d: share,
  spend7dMicros: MicrosSchema,
  /** Opinion of the reviewers, 0 (bad) to 1 (good). */
  reviewScore: share,
});

export const LANDING_STATES = ["ok", "broken", "unknown"] as const;
export const LandingSignalsSchema = z.strictObject({
  /** `unknown`: nobody could look yet. */
  state: z.enum(LANDING_STATES),
  httpStatus: z.int().min(100).max(599).nullable(),
  loadMs: count.nullable(),
  checkedAtMs: TimestampMsSchema.nullable(),
});

export const AdSignalsSchema = z.strictObject({
  advertiser: AdvertiserFactsSchema,
  limits: OfferLimitsSchema,
  reach: ReachSchema,
  text: CreativeTextSchema,
  image: ImageSignalsSchema.nullable(),
  annotations: AnnotationSignalsSchema.nullable(),
  interests: InterestSignalsSchema,
  performance: PerformanceSignalsSchema.nullable(),
  landing: LandingSignalsSchema,
});
export type AdSignals = DeepReadonly<z.infer<typeof AdSignalsSchema>>;
