import { AdIdSchema, MicrosSchema, RequestIdSchema } from "@tenon/ads-model";
import { featureSnapshotSchema, modelScoresSchema, slot } from "@tenon/graph-core";
import { z } from "zod";
import { RANK_FEATURES } from "../ranking/features.ts";

export const FeatureLogRecord = slot(
  "featureLogRecord",
  z.strictObject({
    requestId: RequestIdSchema,
    features: featureSnapshotSchema(RANK_FEATURES),
    scores: modelScoresSchema(),
  }),
  { owner: "ads-measurement", purposeOf: "what was scored, for training", leaves: "log" },
);
export const InsertionEvents = slot(
  "insertionEvents",
  z.array(z.strictObject({ requestId: RequestIdSchema, adId: AdIdSchema, chargedPriceMicros: MicrosSchema })),
  { owner: "ads-measurement", purposeOf: "what was put into the response, for counting and billing", leaves: "log" },
);
