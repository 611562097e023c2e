/** The groups of a document, and what becomes of them. */
import { ServableDocumentSchema } from "@tenon/ads-model";
import { slot } from "@tenon/graph-core";
import { read, writeSetSchema } from "@tenon/storage-repo/api";
import { messagesOf, rowSchema } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdDocumentRow, MISSING_MAX } from "../indexing/document-row.ts";
import { VectorSchema } from "../indexing/signals.ts";
import { AdRow } from "../indexing/source-rows.ts";
import { DataClassSchema, IndexDeltas } from "../indexing/topics.ts";

export const AdPresenceRead = read(AdRow, ["adGroupId"]);
export const DocumentGroupsRead = read(AdDocumentRow, [
  ...(["adGroupId", "campaignId", "advertiserId", "creativeId", "status", "creativeReview", "policyReview"] as const),
  ...(["schedule", "frequencyCaps", "advertiser", "deliverySourceAtMs"] as const),
  ...(["objective", "bid", "floorMicros", "budget", "limits", "offerSourceAtMs"] as const),
  ...(["targeting", "reach", "targetingSourceAtMs"] as const),
  ...(["brand", "title", "body", "landingUrl", "text", "creativeSourceAtMs"] as const),
  ...(["image", "imageSourceAtMs"] as const),
  ...(["keywords", "annotations", "relevanceSourceAtMs"] as const),
  ...(["category", "interests", "interestsSourceAtMs"] as const),
  ...(["qualityScore", "popularity", "performance", "performanceSourceAtMs"] as const),
  ...(["landing", "landingSourceAtMs"] as const),
  ...(["embeddingSpace", "embeddingRow", "embeddingSourceAtMs", "vector"] as const),
]);

export const AdPresence = slot("adPresence", z.nullable(rowSchema(AdPresenceRead)), {
  owner: "ads-delivery",
  purposeOf: "whether the ad is there: null, or without an ad group, when it is not",
});

export const DocumentGroups = slot("documentGroups", z.nullable(rowSchema(DocumentGroupsRead)), {
  owner: "ads-data",
  purposeOf: "what handlers have derived of the ad; null before the first of them",
});

export const AssembledDocument = slot(
  "assembledDocument",
  z.nullable(
    z.strictObject({
      adId: z.int().min(1),
      version: z.int().min(1),
      /** False for an ad that is gone before anything was derived of it. */
      hasRow: z.boolean(),
      /** Null when something is missing, or the ad is gone. */
      document: ServableDocumentSchema.nullable(),
      missing: z.array(z.string()).max(MISSING_MAX),
      vector: VectorSchema.nullable(),
      /** Newest source time of all groups; 0 without any. */
      sourceAtMs: z.int().min(0),
      class: DataClassSchema,
    }),
  ),
  {
    owner: "ads-data",
    purposeOf: "the whole document, or what it lacks; null while nothing is derived of an ad that is there",
  },
);

export const ServableWrites = slot("servableWrites", writeSetSchema([AdDocumentRow]), {
  owner: "ads-data",
  purposeOf: "the document as it is served, beside the groups it was made of",
  leaves: "outside",
});

export const IndexDeltaMessages = slot("indexDeltaMessages", messagesOf(IndexDeltas), {
  owner: "ads-retrieval",
  purposeOf: "the document for the index, or that it is gone",
  leaves: "outside",
});
