/**
 * Random marketplaces for property tests: few values and small numbers, so that matches, misses, ties, repeats and empty sets are
 * all common. Vectors are multiples of 1/8, so that every order of summation gives the same score and ties are exact.
 */
import {
  type AdDocument,
  adGroupId,
  adId,
  advertiserId,
  bidMicros,
  campaignId,
  countryCode,
  cpmMicros,
  creativeId,
  ecpmMicros,
  hourOfDay,
  impressionCount,
  languageCode,
  micros,
  regionCode,
  TARGETING_ATTRIBUTES,
  type TargetingAssignment,
  type TargetingAttribute,
  type TargetingExpression,
  type TargetingPredicate,
} from "@tenon/ads-model";
import fc from "fast-check";
import type { AdFilter } from "../api.ts";
import type { EmbeddingMatrix } from "../host.ts";

export const SAMPLE_DIMENSIONS = 5;
export const SAMPLE_EMBEDDING = "sample";
/** Instants around which sample schedules start and end, in milliseconds. */
const TIMES_MS = [0, 100, 200, 300, 400];
export const SAMPLE_WORDS = ["coffee", "tea", "cup", "bean", "roast", "milk", "city", "night", "red", "blue"] as const;

const VALUES: { readonly [Attribute in TargetingAttribute]: readonly unknown[] } = {
  country: ["DE", "AT", "FR"].map(countryCode),
  region: ["DE-BE", "DE-BY", "FR-IDF"].map(regionCode),
  ageBracket: ["18-24", "25-34", "65+"],
  device: ["desktop", "phone", "tablet"],
  gender: ["female", "male"],
  interest: ["food", "travel", "sport", "music"],
  keyword: [...SAMPLE_WORDS],
  surface: ["homeFeed", "search"],
  hourOfDay: [0, 8, 23].map(hourOfDay),
  language: ["de", "fr"].map(languageCode),
};

/** Predicates over few attributes at a time: a conjunction of all ten would never hold. */
const predicate = fc.constantFrom(...TARGETING_ATTRIBUTES).chain((attribute) =>
  fc.record({
    attribute: fc.constant(attribute),
    operator: fc.constantFrom("in" as const, "notIn" as const),
    values: fc.uniqueArray(fc.constantFrom(...VALUES[attribute]), { minLength: 1, maxLength: 3 }),
  }),
) as fc.Arbitrary<TargetingPredicate>;

const conjunction = fc.uniqueArray(predicate, {
  maxLength: 4,
  selector: ({ attribute, operator }) => `${attribute} ${operator}`,
});

/** Any expression, also one without conjunctions and one with an empty conjunction. */
export const targetingExpressions: fc.Arbitrary<TargetingExpression> = fc.record({
  whenMissing: fc.constantFrom("weak" as const, "strong" as const),
  conjunctions: fc.array(conjunction, { maxLength: 3 }),
});

/** Any user: attributes are missing, empty, single or several. */
export const targetingAssignments = fc.record(
  Object.fromEntries(
    TARGETING_ATTRIBUTES.map((attribute) => [
      attribute,
      fc.uniqueArray(fc.constantFrom(...VALUES[attribute]), { maxLength: 2 }),
    ]),
  ),
  { requiredKeys: [] },
) as fc.Arbitrary<TargetingAssignment>;

export const filters: fc.Arbitrary<AdFilter> = fc.record({
  targeting: targetingAssignments,
  atMs: fc.constantFrom(...TIMES_MS),
});

export const vectors = fc.array(
  fc.integer({ min: -4, max: 4 }).map((eighths) => eighths / 8),
  {
    minLength: SAMPLE_DIMENSIONS,
    maxLength: SAMPLE_DIMENSIONS,
  },
);

const texts = fc
  .array(fc.constantFrom(...SAMPLE_WORDS), { minLength: 1, maxLength: 6 })
  .map((words) => words.join(" "));

export interface SampleAd {
  readonly document: AdDocument;
  /** In the space of the index. */
  readonly vector: readonly number[];
}

const schedules = fc
  .tuple(fc.constantFrom(...TIMES_MS), fc.constantFrom(...TIMES_MS, null))
  .map(([startAtMs, endAtMs]) => ({ startAtMs, endAtMs: endAtMs === null || endAtMs > startAtMs ? endAtMs : null }));

/** Mostly targets everybody and may serve, so that retrieval has something to choose from. */
export function sampleAds(ids: fc.Arbitrary<number> = fc.integer({ min: 1, max: 60 })): fc.Arbitrary<SampleAd> {
  return fc
    .record({
      id: ids,
      campaign: fc.integer({ min: 1, max: 5 }),
      version: fc.integer({ min: 1, max: 9 }),
      status: fc.constantFrom(
        "active" as const,
        "active" as const,
        "active" as const,
        "paused" as const,
        "archived" as const,
      ),
      creativeReview: fc.constantFrom(
        "approved" as const,
        "approved" as const,
        "approved" as const,
        "pending" as const,
      ),
      policyReview: fc.constantFrom("approved" as const, "approved" as const, "approved" as const, "rejected" as const),
      schedule: schedules,
      targeting: fc.oneof(
        { weight: 1, arbitrary: fc.constant({ whenMissing: "weak" as const, conjunctions: [[]] }) },
        { weight: 2, arbitrary: targetingExpressions },
      ),
      title: texts,
      body: texts,
      keywords: fc.uniqueArray(fc.constantFrom(...SAMPLE_WORDS), { maxLength: 3 }),
      capped: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
      paysPerClick: fc.boolean(),
      vector: vectors,
    })
    .map((facts) => ({ document: documentOf(facts), vector: facts.vector }));
}

/** Ads of distinct ids. */
export function sampleMarketplaces(adsMax: number): fc.Arbitrary<readonly SampleAd[]> {
  return fc.uniqueArray(sampleAds(fc.integer({ min: 1, max: 4 * adsMax })), {
    maxLength: adsMax,
    selector: ({ document }) => document.adId,
  });
}

/** The ads with their vectors in one matrix, each pointing at its row. */
export function withEmbeddings(ads: readonly SampleAd[]): {
  readonly documents: readonly AdDocument[];
  readonly embeddings: EmbeddingMatrix;
} {
  return {
    documents: ads.map(({ document }, row) => ({ ...document, embedding: { version: SAMPLE_EMBEDDING, row } })),
    embeddings: {
      version: SAMPLE_EMBEDDING,
      dimensions: SAMPLE_DIMENSIONS,
      rows: Float32Array.from(ads.flatMap(({ vector }) => vector)),
    },
  };
}

interface SampleFacts
  extends Pick<
    AdDocument,
    "version" | "status" | "creativeReview" | "policyReview" | "schedule" | "targeting" | "title" | "body" | "keywords"
  > {
  readonly id: number;
  readonly campaign: number;
  readonly capped: number | undefined;
  readonly paysPerClick: boolean;
}

function documentOf({ id, campaign, capped, paysPerClick, ...facts }: SampleFacts): AdDocument {
  return {
    ...facts,
    adId: adId(id),
    adGroupId: adGroupId(campaign * 10),
    campaignId: campaignId(campaign),
    advertiserId: advertiserId(campaign),
    creativeId: creativeId(id),
    updatedAtMs: 1_000 * id,
    category: `brands/${SAMPLE_WORDS[campaign]}`,
    embedding: { version: SAMPLE_EMBEDDING, row: 0 },
    objective: paysPerClick ? "clicks" : "awareness",
    bid: paysPerClick
      ? { pays: "perClick", bidMicros: bidMicros(id * 100) }
      : { pays: "perThousandImpressions", cpmMicros: cpmMicros(id * 1_000) },
    floorMicros: ecpmMicros(id),
    budget: {
      lifetime: { kind: "hardLifetime", capMicros: micros(1_000_000 * campaign) },
      daily: null,
      pacing: "even",
    },
    frequencyCaps:
      capped === undefined ? [] : [{ level: "campaign", windowDays: 7, impressionsMax: impressionCount(capped) }],
    qualityScore: (id % 10) / 10,
    popularity: 0.5,
    brand: `brand ${SAMPLE_WORDS[id % SAMPLE_WORDS.length]}`,
    landingUrl: "https://shop.example/",
  };
}
