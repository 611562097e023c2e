/** Candidates that may serve: each filter's kept batch, in the order of the funnel. */
import { columnSchema, slot } from "@tenon/graph-core";
import { z } from "zod";
import { retrievedAdsSchema } from "../retrieval/ad-columns.ts";

export const IndexedAds = slot("indexedAds", retrievedAdsSchema, {
  owner: "ads-delivery",
  purposeOf: "candidates that the serving index version holds",
});

export const ActiveAds = slot("activeAds", retrievedAdsSchema, {
  owner: "ads-delivery",
  purposeOf: "candidates that are switched on, scheduled now and targeted at this request",
});
export const AllowedAds = slot("allowedAds", retrievedAdsSchema, {
  owner: "ads-privacy",
  purposeOf: "candidates that no policy forbids here",
});

const i32 = columnSchema("i32", { of: AllowedAds });

/**
 * What this user saw and did, aligned with `AllowedAds`: the count that the cap compares, that is a feature and that is
 * logged. All 0 for a user of whom nothing is known; `status` tells the two apart.
 */
export const AdCounts = slot(
  "adCounts",
  z.strictObject({
    status: z.enum(["known", "unknownUser", "unavailable"]),
    advertiserImpressionsPer1Days: i32,
    advertiserImpressionsPer7Days: i32,
    advertiserImpressionsPer30Days: i32,
    campaignImpressionsPer1Days: i32,
    campaignImpressionsPer7Days: i32,
    campaignImpressionsPer30Days: i32,
    adGroupImpressionsPer1Days: i32,
    adGroupImpressionsPer7Days: i32,
    adGroupImpressionsPer30Days: i32,
    adImpressionsPer1Days: i32,
    adImpressionsPer7Days: i32,
    adImpressionsPer30Days: i32,
    advertiserInsertionsPending: i32,
    campaignInsertionsPending: i32,
    adGroupInsertionsPending: i32,
    adInsertionsPending: i32,
    advertiserClicksPer30Days: i32,
    campaignClicksPer30Days: i32,
    adGroupClicksPer30Days: i32,
    adClicksPer30Days: i32,
  }),
  {
    owner: "ads-delivery",
    purposeOf: "what the user saw and did with each candidate and what stands above it",
    unit: "events",
    pii: true,
    purpose: ["delivery", "personalisation"],
  },
);

export const CappedAds = slot("cappedAds", retrievedAdsSchema, {
  owner: "ads-delivery",
  purposeOf: "candidates below every frequency cap",
});
export const FundedAds = slot("fundedAds", retrievedAdsSchema, {
  owner: "ads-delivery",
  purposeOf: "candidates whose campaign is known to have budget left",
});
export const PacedAds = slot("pacedAds", retrievedAdsSchema, {
  owner: "ads-delivery",
  purposeOf: "candidates that the pacing lottery let through: what ranking works on",
});
