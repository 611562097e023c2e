import { z } from "zod";
import { BidSchema } from "./bid.ts";
import { BudgetSchema } from "./budget.ts";
import { OBJECTIVES } from "./campaign.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { EmbeddingReferenceSchema } from "./embedding.ts";
import { FrequencyCapsSchema } from "./frequency-cap.ts";
import { AdGroupIdSchema, AdIdSchema, AdvertiserIdSchema, CampaignIdSchema, CreativeIdSchema } from "./ids.ts";
import { EcpmMicrosSchema } from "./money.ts";
import { ScheduleSchema, TimestampMsSchema } from "./schedule.ts";
import { EntityStatusSchema, ReviewStatusSchema } from "./status.ts";
import { InterestSchema, KeywordSchema, TargetingExpressionSchema } from "./targeting.ts";

/**
 * The flat servable record of one ad: ad, ad group, campaign, advertiser and creative joined at one snapshot.
 * This is what the indexing pipeline writes and the index holds; the request path reads nothing else about an ad.
 */
export const AdDocumentSchema = z.strictObject({
  adId: AdIdSchema,
  adGroupId: AdGroupIdSchema,
  campaignId: CampaignIdSchema,
  advertiserId: AdvertiserIdSchema,
  creativeId: CreativeIdSchema,
  /** Grows with every change of any joined row; an older version never replaces a newer one. */
  version: z.int().min(1),
  updatedAtMs: TimestampMsSchema,

  /** Strictest of the joined entities. */
  status: EntityStatusSchema,
  /** Review of the creative. */
  creativeReview: ReviewStatusSchema,
  /** Review of the advertiser. */
  policyReview: ReviewStatusSchema,
  schedule: ScheduleSchema,

  targeting: TargetingExpressionSchema,
  /** Words that find the ad in search, most telling first. */
  keywords: z.array(KeywordSchema).max(64),
  /** Category path of what is advertised; one advertiser may be in several. */
  category: InterestSchema,
  embedding: EmbeddingReferenceSchema,

  objective: z.enum(OBJECTIVES),
  bid: BidSchema,
  /** Least expected value of a thousand impressions at which this ad may be shown. */
  floorMicros: EcpmMicrosSchema,
  budget: BudgetSchema,
  frequencyCaps: FrequencyCapsSchema,

  /** Reviewers' and users' opinion of the creative, 0 (bad) to 1 (good); no probability. */
  qualityScore: z.number().min(0).max(1),
  /** How well known the brand is, 0 to 1. */
  popularity: z.number().min(0).max(1),

  brand: z.string().min(1).max(200),
  title: z.string().min(1).max(200),
  body: z.string().max(500),
  landingUrl: z.url({ protocol: /^https$/ }),
});
export type AdDocument = DeepReadonly<z.infer<typeof AdDocumentSchema>>;
