/** Small helpers of the contract's tests. */
import { type AdDocument, adId, type CampaignId, campaignId } from "@tenon/ads-model";
import { F32Column, IdColumn } from "@tenon/graph-core";
import fc from "fast-check";
import { type AdFilter, type AdIndexSnapshot, SEARCH_ADS_MAX, type SearchAnswer } from "../api.ts";
import type { AdIndexHost, CampaignBlocks } from "../host.ts";
import { BLOCK_REASONS } from "../segments/segment-view.ts";
import type { MakeIndex } from "./ad-index-contract.ts";
import { SAMPLE_EMBEDDING, type SampleAd, sampleAds, withEmbeddings } from "./arbitraries.ts";
import type { Scored } from "./oracle.ts";

/** Ads per random marketplace: beyond one and two words of a bitset, so that borders are met. */
export const ADS_MAX = 70;
/** Random cases per property. A failing run prints its seed and path; put them here to repeat it. */
export const PROPERTY: { readonly numRuns: number; readonly seed?: number } = { numRuns: 60 };

export const EVERYBODY: AdFilter = { targeting: {}, atMs: 50 };
/** No sample ad has started yet. */
export const BEFORE_ALL: AdFilter = { targeting: {}, atMs: -1 };

export async function indexOf(
  makeIndex: MakeIndex,
  ads: readonly SampleAd[],
  nowMs?: () => number,
): Promise<AdIndexHost> {
  const { documents, embeddings } = withEmbeddings(ads);
  return makeIndex(documents, { embeddings, ...(nowMs !== undefined && { nowMs }) });
}

export function searchVectors(
  snapshot: AdIndexSnapshot,
  filter: AdFilter,
  vector: readonly number[],
  limit = SEARCH_ADS_MAX,
): Promise<SearchAnswer> {
  return snapshot.searchVectors({ vector: F32Column.from(vector), embeddingVersion: SAMPLE_EMBEDDING, filter, limit });
}

export function scoredOf({ ids, scores }: SearchAnswer): readonly Scored[] {
  return Array.from({ length: ids.length }, (_, rank) => ({ id: ids.at(rank), score: scores.at(rank) }));
}

export function idsOf(ids: { readonly length: number; at(row: number): number }): readonly number[] {
  return Array.from({ length: ids.length }, (_, row) => ids.at(row));
}

export function idColumn(ads: readonly SampleAd[], ...others: readonly number[]): IdColumn {
  return IdColumn.from([...ads.map(({ document }) => document.adId), ...others]);
}

export const blockLists: fc.Arbitrary<CampaignBlocks["blocked"]> = fc.uniqueArray(
  fc.record({
    campaignId: fc.integer({ min: 1, max: 5 }).map((id): CampaignId => campaignId(id)),
    reason: fc.constantFrom(...BLOCK_REASONS),
  }),
  { maxLength: 3, selector: ({ campaignId: id }) => id },
);

/** The same ad with another version and vector. */
export function revised(ad: SampleAd, version: number, vector = ad.vector): SampleAd {
  return { document: { ...ad.document, version }, vector };
}

const [TEMPLATE] = fc.sample(sampleAds(), { numRuns: 1, seed: 1 });

/** An ad that everybody may see, for tests that need one by hand; its vector points along the first axis. */
export function plainAd(
  id: number,
  change: Partial<AdDocument> = {},
  vector: readonly number[] = [id / 8, 0, 0, 0, 0],
): SampleAd {
  return { document: { ...(TEMPLATE as SampleAd).document, ...PLAIN, adId: adId(id), ...change }, vector };
}

const PLAIN = {
  version: 1,
  status: "active",
  creativeReview: "approved",
  policyReview: "approved",
  schedule: { startAtMs: 0, endAtMs: null },
  targeting: { whenMissing: "weak", conjunctions: [[]] },
} as const;
