/** Content signals: what other systems found out about ads and creatives, as they send it. */
import {
  AdIdSchema,
  AdvertiserIdSchema,
  CreativeIdSchema,
  InterestSchema,
  KeywordSchema,
  LanguageCodeSchema,
  MicrosSchema,
} from "@tenon/ads-model";
import { z } from "zod";

const count = z.int().min(0);
const share = z.number().min(0).max(1);
/** Rises with every new value of the key; given by the signal's producer. */
const facts = { version: z.int().min(1), observedAtMs: count };

/** More components than any of our vector spaces has. */
export const VECTOR_COMPONENTS_MAX = 1_024;

export const ImageColumns = {
  seenImageUrl: z.string().min(1).max(2_000),
  width: z.int().min(1),
  height: z.int().min(1),
  signature: z.string().min(1).max(64),
  textShare: share,
  dominantColor: z.string().regex(/^#[0-9a-f]{6}$/, "expected a colour like #00ff7f"),
};

export const AnnotationColumns = {
  terms: z.array(KeywordSchema).max(64),
  language: LanguageCodeSchema,
  confidence: share,
};

export const InterestColumns = {
  interests: z.array(z.strictObject({ interest: InterestSchema, affinity: share })).max(64),
};

export const EmbeddingColumns = {
  /** Vectors of one space can be compared. */
  embeddingSpace: z.string().min(1).max(64),
};
export const VectorSchema = z.array(z.number()).min(1).max(VECTOR_COMPONENTS_MAX);

export const PerformanceColumns = {
  impressions7d: count,
  clicks7d: count,
  impressions30d: count,
  clicks30d: count,
  conversions30d: count,
  /** Users who hid the ad. */
  hides30d: count,
  spend7dMicros: MicrosSchema,
  /** Opinion of the reviewers, 0 (bad) to 1 (good). */
  reviewScore: share,
};

export const BrandSignalColumns = { popularity: share };

const { seenImageUrl, ...imageFacts } = ImageColumns;
export const ContentSignalSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    ...{ kind: z.literal("image"), creativeId: CreativeIdSchema, ...facts },
    ...{ imageUrl: seenImageUrl, ...imageFacts },
  }),
  z.strictObject({ kind: z.literal("annotations"), creativeId: CreativeIdSchema, ...facts, ...AnnotationColumns }),
  z.strictObject({ kind: z.literal("interests"), creativeId: CreativeIdSchema, ...facts, ...InterestColumns }),
  z.strictObject({
    ...{ kind: z.literal("embedding"), creativeId: CreativeIdSchema, ...facts },
    ...{ space: EmbeddingColumns.embeddingSpace, vector: VectorSchema },
  }),
  z.strictObject({ kind: z.literal("performance"), adId: AdIdSchema, ...facts, ...PerformanceColumns }),
  z.strictObject({ kind: z.literal("brand"), advertiserId: AdvertiserIdSchema, ...facts, ...BrandSignalColumns }),
]);
