/**
 * The features that models read and that the log holds: one schema each, shared by model artefact, snapshot and log.
 *
 * No feature depends on the position: where an ad will stand is decided after it was scored.
 * A feature is present or it says why not. Nothing is filled with a number that a measurement could have given.
 */
import { defineFeatureSchema, type FeatureDeclaration } from "@tenon/graph-core";
import type { RetrievedAdColumn } from "../retrieval/ad-columns.ts";
import {
  CATEGORY_BUCKET_WORDS,
  CATEGORY_KIND_WORDS,
  COUNTRY_WORDS,
  DAY_PART_WORDS,
  DEVICE_WORDS,
  OBJECTIVE_WORDS,
  SURFACE_WORDS,
} from "./vocabulary.ts";

type Team = "ads-retrieval" | "ads-data" | "ads-ranking" | "ads-serving" | "ads-delivery" | "ads-auction";
interface Rest extends Pick<FeatureDeclaration, "dictionary" | "keptFor"> {
  /** Columns of candidates that it is made of; absent: none. */
  readonly from?: readonly RetrievedAdColumn[];
}

function feature(
  owner: Team,
  name: string,
  type: FeatureDeclaration["type"],
  unit: string,
  rest: Rest = {},
): FeatureDeclaration {
  return { name, type, unit, nullPolicy: "missing", owner, version: 1, ...rest };
}

function words(
  owner: Team,
  name: string,
  dictionary: NonNullable<Rest["dictionary"]>,
  rest: Pick<Rest, "from"> = {},
): FeatureDeclaration {
  return feature(owner, name, "dictionary", "none", { dictionary, ...rest });
}

/** Missing unless vector search found the ad. */
const VECTOR_SCORE = feature("ads-retrieval", "vectorScore", "f32", "cosine", { from: ["vectorScore", "sources"] });
/** Missing unless keyword search found the ad. */
const KEYWORD_SCORE = feature("ads-retrieval", "keywordScore", "f32", "none", { from: ["keywordScore", "sources"] });
const FOUND_FOR_EXPLORATION = feature("ads-retrieval", "foundForExploration", "i32", "flag", { from: ["sources"] });
const QUALITY_SCORE = feature("ads-data", "qualityScore", "f64", "none", { from: ["qualityScore"] });
const POPULARITY = feature("ads-data", "popularity", "f64", "none", { from: ["popularity"] });
/** User's interests and the ad's category; missing when no interest is known. */
const INTEREST_MATCH = feature("ads-ranking", "interestMatch", "f64", "cosine", { from: ["category"] });
/** Missing without personalisation; `timeout` when the counts did not come in time. */
const CAMPAIGN_IMPRESSIONS_7 = feature("ads-delivery", "campaignImpressionsPer7Days", "i32", "impressions");
const SURFACE = words("ads-serving", "surface", SURFACE_WORDS);

/** Few and cheap: for every candidate that may serve. */
export const LIGHT_FEATURES = defineFeatureSchema({
  name: "light",
  version: 2,
  features: [
    VECTOR_SCORE,
    KEYWORD_SCORE,
    FOUND_FOR_EXPLORATION,
    QUALITY_SCORE,
    POPULARITY,
    INTEREST_MATCH,
    CAMPAIGN_IMPRESSIONS_7,
    SURFACE,
  ],
});

export const RANK_FEATURES = defineFeatureSchema({
  name: "rank",
  version: 2,
  features: [
    VECTOR_SCORE,
    KEYWORD_SCORE,
    feature("ads-retrieval", "foundByVector", "i32", "flag", { from: ["sources"] }),
    feature("ads-retrieval", "foundByKeyword", "i32", "flag", { from: ["sources"] }),
    FOUND_FOR_EXPLORATION,

    QUALITY_SCORE,
    POPULARITY,
    feature("ads-data", "adAgeDays", "f64", "days", { from: ["startAtMs"] }),
    words("ads-data", "objective", OBJECTIVE_WORDS, { from: ["objective"] }),
    words("ads-data", "categoryKind", CATEGORY_KIND_WORDS, { from: ["category"] }),
    words("ads-data", "categoryBucket", CATEGORY_BUCKET_WORDS, { from: ["category"] }),

    INTEREST_MATCH,
    /** Query and the ad's category; missing outside search and when no word of the query is known. */
    feature("ads-ranking", "queryMatch", "f64", "cosine", { from: ["category"] }),
    /** The user's affinity to exactly this category; missing for an unknown user. */
    feature("ads-ranking", "categoryAffinity", "f64", "none", { from: ["category"] }),
    /** Share of the candidates that the ad's advertiser holds: how crowded its own offer is. */
    feature("ads-ranking", "advertiserShare", "f64", "share", { from: ["advertiserId"] }),

    SURFACE,
    words("ads-serving", "device", DEVICE_WORDS),
    words("ads-serving", "country", COUNTRY_WORDS),
    /** Hours on the user's clock: missing when the caller did not say which that is. */
    feature("ads-serving", "hourOfDay", "i32", "hours"),
    words("ads-serving", "dayPart", DAY_PART_WORDS),
    feature("ads-serving", "isWeekend", "i32", "flag"),
    feature("ads-serving", "adLoadWanted", "f64", "share"),
    /** Missing for an empty feed. */
    feature("ads-serving", "organicUtilityMean", "f64", "utility"),

    /** Smoothed clicks per impression over all advertisers in 30 days; missing for an unknown user. */
    feature("ads-data", "userClickRate", "f64", "probability"),
    feature("ads-delivery", "campaignImpressionsPer1Days", "i32", "impressions"),
    CAMPAIGN_IMPRESSIONS_7,
    feature("ads-delivery", "campaignImpressionsPer30Days", "i32", "impressions"),
    feature("ads-delivery", "adImpressionsPer30Days", "i32", "impressions"),
    feature("ads-delivery", "campaignClicksPer30Days", "i32", "clicks"),
    /** The campaign's impressions in 30 days per click: (impressions) / (1 + clicks). */
    feature("ads-delivery", "fatigueRatio", "f64", "impressions per click"),

    /**
     * Natural logarithm of the offer in micros. No click model may read it: a probability that moves with the bid would
     * let a higher bid lose a rank, and second prices would no longer be safe to bid against.
     */
    feature("ads-auction", "bidLog", "f64", "ln micros", {
      from: ["bidMicros", "cpmMicros"],
      keptFor: "analysis",
    }),
    feature("ads-auction", "paysPerClick", "i32", "flag", { from: ["bidPays"], keptFor: "analysis" }),
  ],
});

/** What a click model may be trained on: every ranking feature that is not kept for analysis alone. */
export const CLICK_MODEL_FEATURES: readonly string[] = RANK_FEATURES.features
  .filter(({ keptFor }) => keptFor === undefined)
  .map(({ name }) => name);
