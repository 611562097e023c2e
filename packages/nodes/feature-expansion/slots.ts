/** What is known of the request and the user before any ad is looked at. */
import {
  AD_SLOTS_MAX,
  AgeBracketSchema,
  ClickCountSchema,
  CountryCodeSchema,
  DeviceSchema,
  GenderSchema,
  HourOfDaySchema,
  ImpressionCountSchema,
  InterestAffinitySchema,
  KeywordSchema,
  LanguageCodeSchema,
  ORGANIC_ITEMS_MAX,
  OrganicItemSchema,
  personal,
  RegionCodeSchema,
  RequestIdSchema,
  SurfaceSchema,
  USER_INTERESTS_MAX,
  UserIdSchema,
  UserProfileSchema,
} from "@tenon/ads-model";
import { columnSchema, slot } from "@tenon/graph-core";
import { z } from "zod";

/** Most words of a query that are looked at: a query has at most 200 characters. */
export const QUERY_WORDS_MAX = 100;
/** Rows of one user's action counts: entities seen in 30 days, the most recent ones. */
export const USER_COUNT_ROWS_MAX = 20_000;

export const NormalRequest = slot(
  "normalRequest",
  z.strictObject({
    requestId: RequestIdSchema,
    surface: SurfaceSchema,
    country: CountryCodeSchema,
    region: RegionCodeSchema.nullable(),
    device: DeviceSchema,
    language: LanguageCodeSchema,
    /** Most ads that the caller can place; at most the policy's limit. */
    adSlotsWanted: z.int().min(1).max(AD_SLOTS_MAX),
    hourOfDayUtc: HourOfDaySchema,
    /** 0 is Sunday. */
    dayOfWeekUtc: z.int().min(0).max(6),
    /** The hour on the user's own clock; null when the caller did not say which that is. */
    hourOfDayLocal: HourOfDaySchema.nullable(),
  }),
  { owner: "ads-serving", purposeOf: "the request without anything personal, in one form" },
);

export const IsSearch = slot("isSearch", z.boolean(), {
  owner: "ads-serving",
  purposeOf: "whether the surface is search, so that there is a query",
});

/** Personal: the words the user typed. Empty on surfaces without a query. */
export const SearchWords = slot("searchWords", z.array(KeywordSchema).max(QUERY_WORDS_MAX), {
  owner: "ads-serving",
  purposeOf: "words of the query, lower case, in order, repeats removed",
  pii: true,
});

export const OrganicFeed = slot("organicFeed", z.array(OrganicItemSchema).max(ORGANIC_ITEMS_MAX), {
  owner: "ads-serving",
  purposeOf: "the caller's feed without ads, in its own order",
});

/** Personal. `userId` is null without an account and without consent: nobody downstream can tell the two apart. */
export const ConsentedUser = slot("consentedUser", z.strictObject({ userId: UserIdSchema.nullable() }), {
  owner: "ads-privacy",
  purposeOf: "the user, as far as consent goes",
  pii: true,
  purpose: ["delivery", "personalisation"],
});

export const PersonalisationAllowed = slot("personalisationAllowed", z.boolean(), {
  owner: "ads-privacy",
  purposeOf: "whether the profile of a known user may choose ads",
});

/** Personal. The pseudonym is null unless the user consented to measurement. */
export const MeasuredUser = slot(
  "measuredUser",
  z.strictObject({ allowed: z.boolean(), pseudonym: z.string().min(1).max(64).nullable() }),
  {
    owner: "ads-privacy",
    purposeOf: "under which key logs may speak of the user",
    pii: true,
    purpose: ["measurement"],
  },
);

/** Personal. Null for a user the store does not know; absent without consent and when the store does not answer in time. */
export const UserProfile = slot("userProfile", UserProfileSchema.nullable(), {
  owner: "ads-data",
  purposeOf: "what is known about the user",
  pii: true,
  purpose: ["personalisation"],
});

/**
 * Personal. What the user saw and did, one row per (level, entity): the one read for cap, fatigue feature and log.
 * Rows are sorted by level, then id. Not `known`: no rows, and the policy for unknown users applies.
 */
export const UserCounts = slot(
  "userCounts",
  z.strictObject({
    status: z.enum(["known", "unknownUser", "unavailable"]),
    /** Position in `FREQUENCY_CAP_LEVELS`. */
    level: columnSchema("u8"),
    entityId: columnSchema("id"),
    impressionsPer1Days: columnSchema("i32"),
    impressionsPer7Days: columnSchema("i32"),
    impressionsPer30Days: columnSchema("i32"),
    clicksPer30Days: columnSchema("i32"),
    /** Inserted into a response, not yet seen and not yet given up. */
    insertionsPending: columnSchema("i32"),
  }),
  {
    owner: "ads-delivery",
    purposeOf: "what the user saw and did, per advertiser, campaign, ad group and ad",
    unit: "events",
    pii: true,
    purpose: ["delivery", "personalisation"],
  },
);

/** Coarse attributes without an identity. All null and empty for an unknown user. */
export const TargetingUser = slot(
  "targetingUser",
  z.strictObject({
    known: z.boolean(),
    ageBracket: personal(AgeBracketSchema).nullable(),
    gender: personal(GenderSchema).nullable(),
    /** Strongest first, each category once. */
    interests: personal(z.array(InterestAffinitySchema).max(USER_INTERESTS_MAX)),
    /** Activity over all advertisers; null for an unknown user. */
    activity: personal(
      z.strictObject({ adImpressions30Days: ImpressionCountSchema, adClicks30Days: ClickCountSchema }),
    ).nullable(),
  }),
  { owner: "ads-privacy", purposeOf: "attributes of the user that ads may be chosen by" },
);

const embedding = z.strictObject({
  /** The vector space; ads are compared with vectors of the same version only. */
  version: z.string().min(1).max(64),
  /** Of length 1, or all zero when nothing is known. */
  vector: columnSchema("f32"),
});

export const UserEmbedding = slot("userEmbedding", embedding.extend({ basis: z.enum(["interests", "everybody"]) }), {
  owner: "ads-retrieval",
  purposeOf: "where in the ads' vector space the user's interests lie",
});

export const QueryEmbedding = slot("queryEmbedding", embedding.extend({ knownWordCount: z.int().min(0) }), {
  owner: "ads-retrieval",
  purposeOf: "where in the ads' vector space the query lies",
});

/** Personal: still what the user typed. */
export const QueryWords = slot("queryWords", z.array(KeywordSchema).max(QUERY_WORDS_MAX), {
  owner: "ads-retrieval",
  purposeOf: "words that keyword search and keyword targeting compare",
  pii: true,
});

export const RequestContext = slot(
  "requestContext",
  z.strictObject({
    isWeekendUtc: z.boolean(),
    /** The hour as a point on the circle, so that 23 and 0 are neighbours: cosine and sine of the angle. */
    hourCosine: z.number().min(-1).max(1),
    hourSine: z.number().min(-1).max(1),
    organicItemCount: z.int().min(0),
    /** Mean utility of the feed; null for an empty feed. */
    organicUtilityMean: z.number().min(0).max(1).nullable(),
    /** Ads per position if every wanted ad were placed, 0 to 1. */
    adLoadWanted: z.number().min(0).max(1),
  }),
  { owner: "ads-serving", purposeOf: "features of the request that do not depend on user or ad" },
);
