/** M24: a feature is logged and no model uses it. */
import {
  defineFeatureSchema,
  FeatureSnapshotBuilder,
  featureSnapshotSchema,
  graph,
  node,
  slot,
} from "@tenon/graph-core";
import { z } from "zod";

const feature = { type: "f64", unit: "none", nullPolicy: "missing", owner: "ads-data", version: 1 } as const;
const rankingFeatures = defineFeatureSchema({
  name: "ranking",
  version: 1,
  features: [
    { ...feature, name: "ctr" },
    // defect: { ...feature, name: "moonPhase" },
    { ...feature, name: "moonPhase", keptFor: "analysis" },
  ],
});
const snapshot = featureSnapshotSchema(rankingFeatures);

const Features = slot("features", snapshot, { owner: "ads-data" });
const Score = slot("score", z.number(), { owner: "ads-ranking" });
const FeatureLog = slot("featureLog", z.object({ features: snapshot }), { owner: "ads-measurement", leaves: "log" });

const rank = node({
  owner: "ads-ranking",
  purpose: "scores the request",
  reads: [Features],
  writes: [Score],
  scores: { snapshot: Features, features: ["ctr"] },
  run: ({ features }) => ({ score: features.valueAt("ctr", 0) }),
});

const logFeatures = node({
  owner: "ads-measurement",
  purpose: "builds the log record",
  reads: [Features],
  writes: [FeatureLog],
  logs: [{ snapshot: Features, features: "all" }],
  run: ({ features }) => ({ featureLog: { features } }),
});

export const example = graph({
  name: "m24",
  owner: "ads-serving",
  request: [Features],
  nodes: { rank, logFeatures },
  respond: [Score, FeatureLog],
});

const features = new FeatureSnapshotBuilder(rankingFeatures, 1).setScalar("ctr", 0.5).build();
export const request = { features };
export const response = { score: 0.5, featureLog: { features } };
