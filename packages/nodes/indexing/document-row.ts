/**
 * The document of an ad, in groups that one handler each derives. A group that cannot be derived, or not yet, holds nulls.
 * JSON columns hold what belongs together: a row has at most 52 columns, a document has more leaves.
 */
import {
  AdDocumentSchema,
  AdIdSchema,
  AdSignalsSchema,
  ServableDocumentSchema,
  TimestampMsSchema,
} from "@tenon/ads-model";
import { entity } from "@tenon/storage-repo/api";
import { z } from "zod";

const ad = AdDocumentSchema.shape;
const signals = AdSignalsSchema.shape;
const id = z.int().min(1).nullable();
/** Null: nothing went into the group. */
const sourceAtMs = TimestampMsSchema.nullable();

/** More would be no message, but a list of everything. */
export const MISSING_MAX = 128;

export const AdDocumentRow = entity("ad_document", {
  owner: "ads-data",
  purpose: "what serving knows of an ad, derived",
  key: AdIdSchema as unknown as z.ZodType<number>,
  groups: {
    delivery: {
      owner: "ads-delivery",
      class: "control",
      columns: {
        ...{ adGroupId: id, campaignId: id, advertiserId: id, creativeId: id },
        status: ad.status.nullable(),
        creativeReview: ad.creativeReview.nullable(),
        policyReview: ad.policyReview.nullable(),
        schedule: ad.schedule.nullable(),
        frequencyCaps: ad.frequencyCaps.nullable(),
        advertiser: signals.advertiser.nullable(),
        deliverySourceAtMs: sourceAtMs,
      },
    },
    offer: {
      owner: "ads-auction",
      class: "control",
      columns: {
        objective: ad.objective.nullable(),
        bid: ad.bid.nullable(),
        floorMicros: z.int().min(0).nullable(),
        budget: ad.budget.nullable(),
        limits: signals.limits.nullable(),
        offerSourceAtMs: sourceAtMs,
      },
    },
    targeting: {
      owner: "ads-retrieval",
      class: "control",
      columns: {
        targeting: ad.targeting.nullable(),
        reach: signals.reach.nullable(),
        targetingSourceAtMs: sourceAtMs,
      },
    },
    creative: {
      owner: "ads-blending",
      class: "control",
      columns: {
        brand: ad.brand.nullable(),
        title: ad.title.nullable(),
        body: ad.body.nullable(),
        landingUrl: ad.landingUrl.nullable(),
        text: signals.text.nullable(),
        creativeSourceAtMs: sourceAtMs,
      },
    },
    image: {
      owner: "ads-blending",
      class: "content",
      columns: { image: signals.image, imageSourceAtMs: sourceAtMs },
    },
    relevance: {
      owner: "ads-ranking",
      class: "content",
      columns: {
        keywords: ad.keywords.nullable(),
        annotations: signals.annotations,
        relevanceSourceAtMs: sourceAtMs,
      },
    },
    interests: {
      owner: "ads-privacy",
      class: "content",
      columns: {
        category: ad.category.nullable(),
        interests: signals.interests.nullable(),
        interestsSourceAtMs: sourceAtMs,
      },
    },
    performance: {
      owner: "ads-measurement",
      class: "content",
      columns: {
        qualityScore: ad.qualityScore.nullable(),
        popularity: ad.popularity.nullable(),
        performance: signals.performance,
        performanceSourceAtMs: sourceAtMs,
      },
    },
    landing: {
      owner: "ads-serving",
      class: "content",
      columns: { landing: signals.landing.nullable(), landingSourceAtMs: sourceAtMs },
    },
    embedding: {
      owner: "ads-retrieval",
      class: "content",
      columns: {
        embeddingSpace: z.string().min(1).max(64).nullable(),
        /** Version of the creative's vector. */
        embeddingRow: z.int().min(0).nullable(),
        embeddingSourceAtMs: sourceAtMs,
      },
    },
    servable: {
      owner: "ads-data",
      class: "control",
      columns: {
        document: ServableDocumentSchema.nullable(),
        /** Of the document, in canonical form; null while there is none. */
        documentDigest: z.string().length(16).nullable(),
        isServable: z.boolean(),
        /** Leaves that nobody could fill in, as `ad.budget`. */
        missing: z.array(z.string()).max(MISSING_MAX),
        servableSourceAtMs: sourceAtMs,
      },
    },
  },
  /** A copy of the creative's, so that a document's space and its vector change together. */
  blobs: { vector: { owner: "ads-retrieval", class: "content" } },
});
