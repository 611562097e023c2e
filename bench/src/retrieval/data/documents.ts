/** Ads for what goes through the host's port: one document for all, with its own id, version and vector. */
import {
  type AdDocument,
  adGroupId,
  adId,
  advertiserId,
  campaignId,
  cpmMicros,
  creativeId,
  ecpmMicros,
  micros,
} from "@tenon/ads-model";

export const EMBEDDING_VERSION = "bench";
const ADS_PER_CAMPAIGN = 20;

/** `row`: of the matrix of the base; the ad's id is `row + 1`. */
export function documentOf(row: number, version: number): AdDocument {
  const campaign = 1 + Math.floor(row / ADS_PER_CAMPAIGN);
  return {
    adId: adId(row + 1),
    adGroupId: adGroupId(campaign),
    campaignId: campaignId(campaign),
    advertiserId: advertiserId(campaign),
    creativeId: creativeId(row + 1),
    version,
    updatedAtMs: 0,
    status: "active",
    creativeReview: "approved",
    policyReview: "approved",
    schedule: { startAtMs: 0, endAtMs: null },
    targeting: { whenMissing: "weak", conjunctions: [[]] },
    keywords: [],
    category: "brands/bench" as AdDocument["category"],
    embedding: { version: EMBEDDING_VERSION, row },
    objective: "awareness",
    bid: { pays: "perThousandImpressions", cpmMicros: cpmMicros(1_000) },
    floorMicros: ecpmMicros(1),
    budget: { lifetime: { kind: "hardLifetime", capMicros: micros(1_000_000) }, daily: null, pacing: "even" },
    frequencyCaps: [],
    qualityScore: 0.5,
    popularity: 0.5,
    brand: "bench",
    title: "bench",
    body: "",
    landingUrl: "https://shop.example/",
  };
}
