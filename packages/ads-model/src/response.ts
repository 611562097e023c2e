import { z } from "zod";
import type { DeepReadonly } from "./deep-readonly.ts";
import {
  AdIdSchema,
  AdvertiserIdSchema,
  CampaignIdSchema,
  CreativeIdSchema,
  OrganicIdSchema,
  RequestIdSchema,
} from "./ids.ts";
import { CurrencySchema, EcpmMicrosSchema, MicrosSchema } from "./money.ts";
import { ProbabilitySchema } from "./probability.ts";
import { SCORE_TOLERANCE } from "./score-tolerance.ts";

/** The numbers that decided the ad's place, for explanation: the same values as in the feature log of the request. */
export const ScoreTermsSchema = z.strictObject({
  /** Calibrated probability of a click. */
  clickProbability: ProbabilitySchema.meta(SCORE_TOLERANCE),
  /** Expected value of a thousand impressions: what the auction ranked by. */
  ecpmMicros: EcpmMicrosSchema,
  /** Quality part of the score, 0 to 1. */
  qualityScore: z.number().min(0).max(1).meta(SCORE_TOLERANCE),
  /** Cosine of user or query and ad, -1 to 1. */
  relevance: z.number().min(-1).max(1).meta(SCORE_TOLERANCE),
  /** What the ad is worth to the user, on the scale of the organic utilities. */
  utility: z.number().meta(SCORE_TOLERANCE),
});
export type ScoreTerms = DeepReadonly<z.infer<typeof ScoreTermsSchema>>;

export const AdPositionSchema = z.strictObject({
  kind: z.literal("ad"),
  adId: AdIdSchema,
  advertiserId: AdvertiserIdSchema,
  campaignId: CampaignIdSchema,
  creativeId: CreativeIdSchema,
  brand: z.string(),
  title: z.string(),
  body: z.string(),
  landingUrl: z.string(),
  /** What is charged when the charging event happens, in micros of `currency`. */
  chargedPriceMicros: MicrosSchema,
  /** The event that is charged. A price of impressions is for a thousand of them. */
  chargedPer: z.enum(["click", "thousandImpressions"]),
  currency: CurrencySchema,
  /** Why this ad is here, one sentence for the user and the debugging page. */
  reason: z.string().min(1),
  scoreTerms: ScoreTermsSchema,
});
export type AdPosition = DeepReadonly<z.infer<typeof AdPositionSchema>>;

export const OrganicPositionSchema = z.strictObject({ kind: z.literal("organic"), organicId: OrganicIdSchema });
export type OrganicPosition = DeepReadonly<z.infer<typeof OrganicPositionSchema>>;

/** Answer of `POST /v1/ads`: the blended feed, first position first. */
export const AdResponseSchema = z.strictObject({
  /** The caller's id, or the one the server made; ad events carry it. */
  requestId: RequestIdSchema,
  positions: z.array(z.discriminatedUnion("kind", [AdPositionSchema, OrganicPositionSchema])),
});
export type AdResponse = DeepReadonly<z.infer<typeof AdResponseSchema>>;
export type ResponsePosition = AdResponse["positions"][number];
