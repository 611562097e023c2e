/** The features that models read and that the log holds: one schema each, shared by model artefact, snapshot and log. */
import { defineFeatureSchema } from "@tenon/graph-core";

export const LIGHT_FEATURES = defineFeatureSchema({
  name: "light",
  version: 1,
  features: [
    { name: "vectorScore", type: "f64", unit: "cosine", nullPolicy: "missing", owner: "ads-ranking", version: 1 },
    { name: "qualityScore", type: "f64", unit: "none", nullPolicy: "missing", owner: "ads-ranking", version: 1 },
  ],
});

export const RANK_FEATURES = defineFeatureSchema({
  name: "rank",
  version: 1,
  features: [
    { name: "vectorScore", type: "f64", unit: "cosine", nullPolicy: "missing", owner: "ads-ranking", version: 1 },
    { name: "qualityScore", type: "f64", unit: "none", nullPolicy: "missing", owner: "ads-ranking", version: 1 },
    {
      name: "campaignImpressionsPer7Days",
      type: "i32",
      unit: "count",
      nullPolicy: "missing",
      owner: "ads-delivery",
      version: 1,
    },
  ],
});
