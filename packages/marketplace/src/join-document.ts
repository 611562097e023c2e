import {
  type Ad,
  type AdDocument,
  type AdGroup,
  type Advertiser,
  type Campaign,
  type Creative,
  strictestStatus,
} from "@tenon/ads-model";
import { generateFloor } from "./generate-money.ts";
import { randomStream } from "./random.ts";

/** The rows of one ad, from advertiser down. */
export interface JoinedRows {
  readonly advertiser: Advertiser;
  readonly campaign: Campaign;
  readonly adGroup: AdGroup;
  readonly ad: Ad;
  readonly creative: Creative;
}

/** What a document has besides its rows. */
export interface DocumentFacts {
  readonly brand: string;
  readonly category: string;
  /** 0 to 1. */
  readonly popularity: number;
  readonly embedding: AdDocument["embedding"];
  readonly seed: number;
  readonly nowMs: number;
}

const MONTH_MS = 30 * 86_400_000;
/** Quality is normal around 0.7, kept within 0.1 and 1, with three decimals. */
const QUALITY_MEAN = 0.7;
const QUALITY_DEVIATION = 0.15;

/** The servable document of an ad; floor, quality and age are drawn here, for no row has them. */
export function joinDocument(rows: JoinedRows, facts: DocumentFacts): AdDocument {
  const { advertiser, campaign, adGroup, ad, creative } = rows;
  const { brand, category, popularity, embedding, seed, nowMs } = facts;
  const random = randomStream(seed, "document", ad.adId);
  return {
    adId: ad.adId,
    adGroupId: adGroup.adGroupId,
    campaignId: campaign.campaignId,
    advertiserId: advertiser.advertiserId,
    creativeId: creative.creativeId,
    version: 1,
    updatedAtMs: nowMs - random.below(MONTH_MS),
    status: strictestStatus([ad.status, adGroup.status, campaign.status, advertiser.status]),
    creativeReview: creative.review,
    policyReview: advertiser.policyReview,
    schedule: campaign.schedule,
    targeting: adGroup.targeting,
    keywords: ad.keywords,
    category,
    embedding,
    objective: campaign.objective,
    bid: adGroup.bid,
    floorMicros: generateFloor(category, random),
    budget: campaign.budget,
    frequencyCaps: campaign.frequencyCaps,
    qualityScore: qualityScore(random.normal()),
    popularity,
    brand,
    title: creative.title,
    body: creative.body,
    landingUrl: creative.landingUrl,
  };
}

function qualityScore(normal: number): number {
  return Math.round(1_000 * Math.min(1, Math.max(0.1, QUALITY_MEAN + QUALITY_DEVIATION * normal))) / 1_000;
}
