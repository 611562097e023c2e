/** A plain document, without the test tools: processes that tests start make the same ones. */
import { type AdDocument, AdDocumentSchema } from "@tenon/ads-model";

export function documentOf(id: number, version: number): AdDocument {
  return AdDocumentSchema.parse({
    ...{
      adId: id,
      adGroupId: 3,
      campaignId: 2,
      advertiserId: 1,
      creativeId: id,
      version,
      updatedAtMs: 1_767_225_600_000,
    },
    ...{ status: "active", creativeReview: "approved", policyReview: "approved" },
    schedule: { startAtMs: 0, endAtMs: null },
    targeting: { whenMissing: "weak", conjunctions: [[]] },
    keywords: ["shoes"],
    category: "shopping/shoes",
    embedding: { version: "text-5", row: 0 },
    objective: "clicks",
    bid: { pays: "perClick", bidMicros: 100_000 },
    floorMicros: 0,
    budget: { lifetime: { kind: "hardLifetime", capMicros: 10_000_000 }, daily: null, pacing: "even" },
    frequencyCaps: [],
    ...{ qualityScore: 0.3, popularity: 0.1, brand: "Brand", title: `ad ${id} at version ${version}`, body: "" },
    landingUrl: "https://example.com/",
  });
}
